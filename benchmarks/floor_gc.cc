// The floor below every offline collector's dry run: the system calls that it
// cannot do without, and no more work. Nothing is parsed, nothing is marked;
// a store with damage or foreign files is not its business.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "benchmarks/folder_listing.h"
#include "scanner/formats/digest.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

struct Counts {
  std::uint64_t blobs = 0, bytes = 0, repositories = 0, layer_links = 0;
  std::uint64_t revisions = 0, tags = 0, tag_history = 0;

  Counts& operator+=(const Counts& other) {
    blobs += other.blobs;
    bytes += other.bytes;
    repositories += other.repositories;
    layer_links += other.layer_links;
    revisions += other.revisions;
    tags += other.tags;
    tag_history += other.tag_history;
    return *this;
  }
};

// Every thread counts for itself; the whole is summed at the end.
struct Findings {
  tbb::enumerable_thread_specific<Counts> counts;
  tbb::enumerable_thread_specific<std::vector<Digest>> manifests;
};

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

// "sha256:" and 64 digits; shorter where there is no such file.
class Link {
 public:
  Link(const OpenFolder& folder, const std::string& path) {
    const int file = openat(folder.fd(), path.c_str(),
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return;  // deleted through the API
    if (file < 0) fail(path);
    const ssize_t got = read(file, text_.data(), text_.size());
    if (got < 0) fail(path);
    size_ = static_cast<std::size_t>(got);
    close(file);
  }
  bool exists() const { return size_ != 0; }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 128> text_{};
  std::size_t size_ = 0;
};

void stat_blobs(const OpenFolder& shard, Findings& found) {
  for_each_name(shard, [&](const char* hex) {
    struct statx status;
    const std::string path = std::string(hex) + "/data";
    if (statx(shard.fd(), path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS,
              &status) != 0)
      fail(path);
    Counts& counts = found.counts.local();
    counts.blobs += 1;
    counts.bytes += status.stx_size;
  });
}

void stat_all_blobs(const OpenFolder& blobs, Findings& found) {
  tbb::task_group shards;
  for_each_name(blobs, [&](const char* name) {
    shards.run([&blobs, &found, name = std::string(name)] {
      stat_blobs(OpenFolder(blobs.fd(), name.c_str()), found);
    });
  });
  shards.wait();
}

void read_layer_links(const OpenFolder& links, Findings& found) {
  for_each_name(links, [&](const char* hex) {
    const Link link(links, std::string(hex) + "/link");
    found.counts.local().layer_links += link.exists();
  });
}

void read_revisions(const OpenFolder& links, Findings& found) {
  for_each_name(links, [&](const char* hex) {
    const Link link(links, std::string(hex) + "/link");
    if (!link.exists()) return;
    const auto digest = Digest::parse(link.text());
    if (!digest) throw std::runtime_error("not a revision link");
    found.manifests.local().push_back(*digest);
    found.counts.local().revisions += 1;
  });
}

void read_tags(const OpenFolder& tags, Findings& found) {
  for_each_name(tags, [&](const char* name) {
    const std::string tag(name);
    const Link link(tags, tag + "/current/link");
    found.counts.local().tags += link.exists();
    const OpenFolder history(tags.fd(), (tag + "/index/sha256").c_str());
    for_each_name(history,
                  [&](const char*) { found.counts.local().tag_history += 1; });
  });
}

void read_repository(const OpenFolder& repository, Findings& found) {
  found.counts.local().repositories += 1;
  const int fd = repository.fd();
  read_layer_links(OpenFolder(fd, "_layers/sha256"), found);
  read_revisions(OpenFolder(fd, "_manifests/revisions/sha256"), found);
  read_tags(OpenFolder(fd, "_manifests/tags"), found);
}

void walk(const OpenFolder& folder, Findings& found) {
  tbb::task_group nested;
  std::atomic<bool> is_repository = false;
  for_each_name(folder, [&](const char* name) {
    if (std::strcmp(name, "_manifests") == 0) is_repository = true;
    if (name[0] == '_') return;
    nested.run([&folder, &found, name = std::string(name)] {
      walk(OpenFolder(folder.fd(), name.c_str()), found);
    });
  });
  if (is_repository) read_repository(folder, found);
  nested.wait();
}

// Hashes one manifest; true where the bytes are what the name says.
bool hash_manifest(const OpenFolder& blobs, const Digest& digest) {
  thread_local std::string bytes;
  const std::string hex = digest.hex();
  const std::string path = hex.substr(0, 2) + "/" + hex + "/data";
  const int file = openat(blobs.fd(), path.c_str(),
                          O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) fail(path);
  struct stat status;
  if (fstat(file, &status) != 0) fail(path);
  bytes.resize(static_cast<std::size_t>(status.st_size));
  if (read(file, bytes.data(), bytes.size()) != status.st_size) fail(path);
  close(file);
  return sha256(bytes) == digest;
}

std::vector<Digest> distinct_manifests(const Findings& found) {
  std::vector<Digest> all;
  for (const std::vector<Digest>& some : found.manifests)
    all.insert(all.end(), some.begin(), some.end());
  tbb::parallel_sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::size_t hash_manifests(const OpenFolder& blobs, const Findings& found) {
  const std::vector<Digest> manifests = distinct_manifests(found);
  std::atomic<std::size_t> right = 0;
  tbb::parallel_for(std::size_t{0}, manifests.size(), [&](std::size_t i) {
    if (hash_manifest(blobs, manifests[i])) ++right;
  });
  return right;
}

class Stopwatch {
 public:
  double lap() {
    const auto now = Clock::now();
    const std::chrono::duration<double> seconds = now - last_;
    last_ = now;
    return seconds.count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

OpenFolder open_existing(const std::string& path) {
  OpenFolder folder(AT_FDCWD, path.c_str());
  if (!folder.exists()) fail(path);
  return folder;
}

void run(const std::string& root, bool with_manifests) {
  Stopwatch watch;
  Findings found;
  const std::string registry = root + "/docker/registry/v2/";
  const OpenFolder blobs = open_existing(registry + "blobs/sha256");
  const OpenFolder repositories = open_existing(registry + "repositories");
  stat_all_blobs(blobs, found);
  const double blob_seconds = watch.lap();
  walk(repositories, found);
  const double link_seconds = watch.lap();
  const std::size_t manifests =
      with_manifests ? hash_manifests(blobs, found) : 0;
  const double manifest_seconds = watch.lap();
  Counts all;
  for (const Counts& counts : found.counts) all += counts;
  fmt::print(
      "{{\"blobs\":{},\"bytes\":{},\"repositories\":{},\"layer_links\":{},"
      "\"revisions\":{},\"tags\":{},\"tag_history\":{},\"manifests\":{},"
      "\"seconds\":{{\"blobs\":{:.3f},\"links\":{:.3f},"
      "\"manifests\":{:.3f}}}}}\n",
      all.blobs, all.bytes, all.repositories, all.layer_links, all.revisions,
      all.tags, all.tag_history, manifests, blob_seconds, link_seconds,
      manifest_seconds);
}

}  // namespace
}  // namespace dregs

int main(int argc, char** argv) try {
  std::string root;
  int jobs = tbb::info::default_concurrency();
  bool no_manifests = false;
  CLI::App app("The least that a collection's dry run must ask of the kernel");
  app.add_option("--root", root, "Registry root directory")->required();
  app.add_option("-j,--jobs", jobs)->check(CLI::Range(1, 1024));
  app.add_flag("--no-manifests", no_manifests,
               "Open none: what is left where a perfect cache knows them all");
  CLI11_PARSE(app, argc, argv);
  const tbb::global_control threads(
      tbb::global_control::max_allowed_parallelism,
      static_cast<std::size_t>(jobs));
  tbb::task_arena(jobs).execute([&] { dregs::run(root, !no_manifests); });
} catch (const std::exception& error) {
  fmt::print(stderr, "floor_gc: {}\n", error.what());
  return 1;
}
