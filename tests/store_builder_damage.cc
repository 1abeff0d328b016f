// What crashes, full disks and people leave behind (format.md#1.5, #8).
#include <sys/stat.h>
#include <time.h>

#include <cerrno>
#include <system_error>

#include "tests/store_builder.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::string rfc3339(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

// The same size, still JSON, but the last digest it names is another one.
bool name_another_digest(std::string& bytes) {
  const std::size_t name = bytes.rfind("sha256:");
  if (bytes.front() != '{' || name == std::string::npos) return false;
  char& digit = bytes[name + 7];
  digit = digit == '0' ? '1' : '0';
  return true;
}

}  // namespace

void StoreBuilder::upload(const std::string& repository, const std::string& id,
                          std::chrono::seconds age, std::string_view bytes) {
  const std::string folder = upload_path(repository, id);
  // The same in every store of a test that builds several.
  static const auto now = std::chrono::system_clock::now();
  write(folder + "/startedat", rfc3339(now - age));
  write(folder + "/data", bytes);
  write(folder + "/hashstates/sha256/0", std::string(108, '\0'));
  for (const char* name : {"/startedat", "/data", "/hashstates/sha256/0",
                           "/hashstates/sha256", "/hashstates", ""}) {
    set_age(folder + name, age);
  }
}

std::string StoreBuilder::temp_path(const std::string& path) {
  return path + ".0192d1c4-7a3e-7c11-9b52-5f0c8a6d3e21.tmp";
}

std::string StoreBuilder::temp_file(const std::string& path) {
  write(temp_path(path), "half");
  return temp_path(path);
}

void StoreBuilder::folder(const std::string& path) {
  fs::create_directories(v2() / path);
}

void StoreBuilder::remove(const std::string& path) {
  if (fs::remove_all(v2() / path) == 0) {
    throw fs::filesystem_error("nothing to remove", v2() / path,
                               std::make_error_code(std::errc(ENOENT)));
  }
}

void StoreBuilder::symlink(const std::string& target, const std::string& path) {
  fs::create_directories((v2() / path).parent_path());
  fs::create_symlink(target, v2() / path);
}

void StoreBuilder::fifo(const std::string& path) {
  fs::create_directories((v2() / path).parent_path());
  if (mkfifo((v2() / path).c_str(), 0644) != 0) {
    throw std::system_error(errno, std::generic_category(), path);
  }
}

void StoreBuilder::set_age(const std::string& path, std::chrono::seconds age) {
  fs::last_write_time(v2() / path, fs::file_time_type::clock::now() - age);
}

void StoreBuilder::corrupt(const Digest& digest) {
  std::string bytes = read(blob_path(digest));
  if (bytes.empty()) {
    bytes = "x";
  } else if (!name_another_digest(bytes)) {
    char& middle = bytes[bytes.size() / 2];
    middle = static_cast<char>(middle ^ 1);
  }
  write(blob_path(digest), bytes);
}

void StoreBuilder::truncate(const Digest& digest, std::uintmax_t size) {
  fs::resize_file(v2() / blob_path(digest), size);
}

}  // namespace dregs
