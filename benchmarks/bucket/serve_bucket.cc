// Makes a registry in a bucket in memory, and serves it on loopback as S3 with
// a latency, for as long as its standard input is open. Prints what it made and
// where it is; for each line that it reads, it prints how many requests came
// since the line before.
#include <fmt/format.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

#include "benchmarks/bucket/bucket_writer.h"
#include "benchmarks/counts_json.h"
#include "benchmarks/push_all.h"
#include "benchmarks/shape_options.h"
#include "tests/s3_server.h"

namespace dregs {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  Shape shape;
  std::string rootdirectory = "registry";
  unsigned milliseconds = 30;
};

// All was pushed long ago: nothing is young, no upload refuses a run.
constexpr std::int64_t kPushed = 1'715'938'200'000'000'000;

void put(S3Server& server, const std::string& key, const std::string& bytes,
         std::uint64_t size) {
  KeptVersion version;
  version.bytes = bytes;
  version.etag = md5_hex(bytes);
  version.claimed_size = size;
  version.modified_ns = kPushed;
  server.with_bucket(
      [&](S3Bucket& bucket) { bucket.put(key, std::move(version)); });
}

void begin(S3Server& server, const std::string& key, const std::string& bytes) {
  const std::string id = server.begin_upload(key, {bytes});
  server.with_bucket(
      [&](S3Bucket& bucket) { bucket.uploads.at(id).initiated_ns = kPushed; });
}

Counts fill(S3Server& server, const Options& options) {
  return push_all(
      options.shape,
      BucketWriter(options.rootdirectory + "/",
                   {[&](const std::string& key, const std::string& bytes,
                        std::uint64_t size) { put(server, key, bytes, size); },
                    [&](const std::string& key, const std::string& bytes) {
                      begin(server, key, bytes);
                    }}));
}

// By the kinds that dregs' reports have.
Json requests(S3Server& server) {
  const auto sum = [&](std::initializer_list<Asked> kinds) {
    std::uint64_t all = 0;
    for (const Asked kind : kinds) all += server.count(kind);
    return all;
  };
  return {{"list",
           sum({Asked::list, Asked::versions, Asked::uploads, Asked::parts})},
          {"get", sum({Asked::get, Asked::versioning})},
          {"head", sum({Asked::head})},
          {"put", sum({Asked::put, Asked::copy, Asked::begin_upload,
                       Asked::complete_upload})},
          {"delete",
           sum({Asked::remove, Asked::remove_many, Asked::abort_upload})}};
}

Json difference(const Json& now, const Json& before) {
  Json all = Json::object();
  for (const auto& [kind, count] : now.items())
    all[kind] =
        count.get<std::uint64_t>() - before.at(kind).get<std::uint64_t>();
  return all;
}

// Pages are large and come by thousands: memory that went back to the kernel
// after each would take longer to get again than the page takes to write.
void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 * 1024 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 1024 * 1024 * 1024);
}

void say(const Json& json) {
  fmt::print("{}\n", json.dump());
  std::fflush(stdout);
}

int run(const Options& options) {
  keep_freed_memory();
  S3ServerSettings settings;
  settings.latency = std::chrono::milliseconds(options.milliseconds);
  S3Server server(settings);
  const Counts counts = fill(server, options);
  Json made = to_json(counts);
  made["keys"] = 0;
  server.with_bucket(
      [&](const S3Bucket& bucket) { made["keys"] = bucket.keys.size(); });
  made["root"] =
      fmt::format("s3://{}/{}", settings.bucket, options.rootdirectory);
  made["endpoint"] = "http://" + server.host();
  made["region"] = settings.region;
  made["access_key"] = settings.credentials.key_id;
  made["secret_key"] = settings.credentials.secret;
  say(made);
  Json before = requests(server);
  for (std::string line; std::getline(std::cin, line);) {
    const Json now = requests(server);
    say(difference(now, before));
    before = now;
  }
  return 0;
}

}  // namespace
}  // namespace dregs

int main(int argc, char** argv) try {
  dregs::Options options;
  CLI::App app("Serves a made registry as S3, from memory, on loopback");
  app.option_defaults()->always_capture_default();
  dregs::declare_shape(app, options.shape);
  app.add_option("--rootdirectory", options.rootdirectory);
  app.add_option("--claimed-times", options.shape.claimed_times,
                 "Listings say that layers are so many times as large")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--latency", options.milliseconds, "Of each answer, in ms");
  CLI11_PARSE(app, argc, argv);
  return dregs::run(options);
} catch (const std::exception& error) {
  fmt::print(stderr, "serve_bucket: {}\n", error.what());
  return 1;
}
