#include "tests/served_bucket.h"

#include <filesystem>

#include "tests/paths.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

constexpr auto kRegistry = "registry/docker/registry/";

BucketAddress address_of(const S3Server& server) {
  BucketAddress address;
  address.bucket = server.settings().bucket;
  address.region = server.settings().region;
  address.secure = false;
  address.path_style = true;
  address.host = server.host();
  return address;
}

CredentialSettings keys_of(const S3Server& server) {
  CredentialSettings credentials;
  credentials.given = server.settings().credentials;
  return credentials;
}

}  // namespace

ServedBucket::ServedBucket()
    : store_(address_of(server_), keys_of(server_), {}, counts_),
      root_(store_, "registry", 4) {}

void ServedBucket::fill(const StoreBuilder& store) {
  for (const auto& entry : fs::recursive_directory_iterator(store.root()))
    if (entry.is_regular_file())
      server_.put(
          "registry/" + fs::relative(entry.path(), store.root()).string(),
          store.read(entry.path()));
}

std::string ServedBucket::key(const std::string& path) {
  return kRegistry + ("v2/" + path);
}

void ServedBucket::put_at(const std::string& path, const std::string& bytes) {
  server_.put(key(path), bytes);
}

bool ServedBucket::has(const std::string& path) {
  return served().contains(path);
}

std::string ServedBucket::read(const std::string& path) {
  return server_.bytes_of(key(path));
}

std::map<std::string, std::string> ServedBucket::served() {
  std::map<std::string, std::string> all;
  const std::string v2 = key("");
  for (const std::string& each : server_.keys())
    if (each.starts_with(v2))
      all[each.substr(v2.size())] = server_.bytes_of(each);
  return all;
}

std::vector<std::string> ServedBucket::aside() {
  std::vector<std::string> all;
  const std::string own = std::string(kRegistry) + ".dregs/";
  for (const std::string& each : server_.keys())
    if (each.starts_with(own)) all.push_back(each.substr(own.size()));
  return all;
}

void ServedBucket::set_versioning(const std::string& status) {
  server_.with_bucket([&](S3Bucket& bucket) { bucket.versioning = status; });
}

std::size_t ServedBucket::versions() {
  std::size_t count = 0;
  server_.with_bucket([&](const S3Bucket& bucket) {
    for (const auto& [name, versions] : bucket.keys) count += versions.size();
  });
  return count;
}

void ServedBucket::forget_hidden(const std::string& path) {
  server_.with_bucket([&](S3Bucket& bucket) {
    std::erase_if(bucket.keys.at(key(path)), [](const KeptVersion& version) {
      return !version.is_delete_marker;
    });
  });
}

void ServedBucket::age_everything(std::chrono::seconds age) {
  const std::int64_t ns = std::chrono::nanoseconds(age).count();
  server_.with_bucket([&](S3Bucket& bucket) {
    for (auto& [name, versions] : bucket.keys)
      for (KeptVersion& version : versions) version.modified_ns -= ns;
    for (auto& [id, upload] : bucket.uploads) upload.initiated_ns -= ns;
  });
}

ProgramResult ServedBucket::run(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words.emplace_back("--registry-stopped");
  return run_unproved(words);
}

ProgramResult ServedBucket::run_unproved(
    const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words.insert(words.end(), {"--root", kUrl});
  return run_without_root(words);
}

ProgramResult ServedBucket::run_without_root(
    const std::vector<std::string>& command) {
  const Credentials& keys = server_.settings().credentials;
  std::vector<std::string> argv = launcher_;
  argv.insert(argv.end(),
              {"env", "AWS_ACCESS_KEY_ID=" + keys.key_id,
               "AWS_SECRET_ACCESS_KEY=" + keys.secret, kDregsProgram});
  argv.insert(argv.end(), command.begin(), command.end());
  argv.insert(argv.end(), {"--endpoint", "http://" + server_.host(), "--region",
                           server_.settings().region, "--path-style"});
  return run_program(argv);
}

JsonRun ServedBucket::run_for_json(std::vector<std::string> command) {
  command.emplace_back("--json");
  const ProgramResult result = run(command);
  JsonRun run;
  run.exit_code = result.exit_code;
  run.err = result.err;
  if (!result.out.empty()) run.report = nlohmann::json::parse(result.out);
  return run;
}

}  // namespace dregs
