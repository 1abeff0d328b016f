// The floor below every proof of a store: each blob opened, read to its end,
// hashed and closed, by as many threads, and nothing remembered but how many
// were right. The blobs only; who needs them is not its business.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "benchmarks/folder_listing.h"
#include "scanner/formats/digest.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;

struct Options {
  std::string root;
  int jobs = tbb::info::default_concurrency();
  bool as_listed = false;
};

struct WantedBlob {
  Digest digest;
  std::uint64_t size = 0, inode = 0;
};

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

class BlobList {
 public:
  BlobList(const OpenFolder& blobs, bool as_listed) : as_listed_(as_listed) {
    tbb::task_group prefixes;
    for_each_name(blobs, [&](const char* name) {
      prefixes.run([&blobs, this, name = std::string(name)] {
        list(OpenFolder(blobs.fd(), name.c_str()));
      });
    });
    prefixes.wait();
    for (const std::vector<WantedBlob>& some : found_)
      all_.insert(all_.end(), some.begin(), some.end());
    if (!as_listed) put_in_order();
  }

  const std::vector<WantedBlob>& all() const { return all_; }

 private:
  void list(const OpenFolder& prefix) {
    for_each_name(prefix, [&](const char* hex) {
      const auto digest = Digest::from_hex(hex);
      if (!digest) throw std::runtime_error(std::string(hex) + ": no digest");
      WantedBlob blob{*digest};
      if (!as_listed_) ask_size(prefix, hex, blob);
      found_.local().push_back(blob);
    });
  }

  static void ask_size(const OpenFolder& prefix, const char* hex,
                       WantedBlob& blob) {
    struct statx status;
    const std::string path = std::string(hex) + "/data";
    if (statx(prefix.fd(), path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS,
              &status) != 0)
      fail(path);
    blob.size = status.stx_size;
    blob.inode = status.stx_ino;
  }

  // No thread may be left with a large one at the end; small ones follow as
  // the disk has them.
  void put_in_order() {
    const auto rank = [](const WantedBlob& blob) {
      return std::pair(~(blob.size >= kChunk ? blob.size : 0), blob.inode);
    };
    std::sort(all_.begin(), all_.end(),
              [&](const WantedBlob& a, const WantedBlob& b) {
                return rank(a) < rank(b);
              });
  }

  bool as_listed_;
  tbb::enumerable_thread_specific<std::vector<WantedBlob>> found_;
  std::vector<WantedBlob> all_;
};

// One thread's buffer and hash.
class Reader {
 public:
  explicit Reader(const OpenFolder& blobs)
      : blobs_(blobs), buffer_(kChunk, '\0') {}

  // Whether the bytes are what the name says.
  bool hash(const Digest& digest) {
    const std::string hex = digest.hex();
    const std::string path = hex.substr(0, 2) + "/" + hex + "/data";
    const int file =
        openat(blobs_.fd(), path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) fail(path);
    bool reads_ahead = false;
    for (;;) {
      const ssize_t got = read(file, buffer_.data(), buffer_.size());
      if (got < 0) fail(path);
      if (got == 0) break;
      const auto size = static_cast<std::size_t>(got);
      bytes_ += size;
      hasher_.update({buffer_.data(), size});
      if (size < buffer_.size() || reads_ahead) continue;
      posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
      reads_ahead = true;
    }
    close(file);
    return hasher_.finish() == digest;
  }

  std::uint64_t bytes() const { return bytes_; }

 private:
  const OpenFolder& blobs_;
  std::string buffer_;
  Sha256 hasher_;
  std::uint64_t bytes_ = 0;
};

int run(const Options& options) {
  const std::string path = options.root + "/docker/registry/v2/blobs/sha256";
  const OpenFolder blobs(AT_FDCWD, path.c_str());
  if (!blobs.exists()) fail(path);
  const BlobList list(blobs, options.as_listed);
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> right = 0, bytes = 0;
  tbb::parallel_for(
      0, options.jobs,
      [&](int) {
        Reader reader(blobs);
        for (;;) {
          const std::size_t i = next.fetch_add(1);
          if (i >= list.all().size()) break;
          if (reader.hash(list.all()[i].digest)) ++right;
        }
        bytes += reader.bytes();
      },
      tbb::simple_partitioner());
  fmt::print("{{\"blobs\":{},\"right\":{},\"bytes\":{}}}\n", list.all().size(),
             right.load(), bytes.load());
  return right == list.all().size() ? 0 : 1;
}

}  // namespace
}  // namespace dregs

int main(int argc, char** argv) try {
  dregs::Options options;
  CLI::App app("The least that a proof of every blob must ask of the machine");
  app.add_option("--root", options.root, "Registry root directory")->required();
  app.add_option("-j,--jobs", options.jobs)->check(CLI::Range(1, 1024));
  app.add_flag("--as-listed", options.as_listed,
               "Ask for no sizes, and read in the folders' own order");
  CLI11_PARSE(app, argc, argv);
  const tbb::global_control threads(
      tbb::global_control::max_allowed_parallelism,
      static_cast<std::size_t>(options.jobs));
  return tbb::task_arena(options.jobs).execute([&] {
    return dregs::run(options);
  });
} catch (const std::exception& error) {
  fmt::print(stderr, "floor_verify: {}\n", error.what());
  return 1;
}
