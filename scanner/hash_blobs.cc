#include "scanner/hash_blobs.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <mutex>
#include <string>
#include <utility>

#include "scanner/descriptor.h"
#include "scanner/layout.h"
#include "scanner/sha256.h"
#include "scanner/whole_file.h"

namespace dregs {
namespace {

using State = UnsoundBlob::State;

constexpr std::size_t kChunk = 1024 * 1024;

// The largest first, lest one of them is begun last and all wait for it; the
// many small ones in the order in which the disk probably has them.
void put_in_order(const BlobTable& blobs, std::vector<BlobId>& wanted) {
  const auto rank = [&](BlobId id) {
    const Blob& blob = blobs[id];
    const std::uint64_t size = blob.size >= kChunk ? blob.size : 0;
    return std::pair(~size, blob.inode);
  };
  std::sort(wanted.begin(), wanted.end(),
            [&](BlobId a, BlobId b) { return rank(a) < rank(b); });
}

// One thread's share.
class Hasher {
 public:
  Hasher(int sha256, RateLimit& limit, const StopRequest& stop,
         HashProgress& progress)
      : sha256_(sha256),
        limit_(limit),
        stop_(stop),
        progress_(progress),
        buffer_(kChunk, '\0') {}

  void hash(const BlobTable& blobs, BlobId id) {
    const Blob& blob = blobs[id];
    const Descriptor file = open(blob.digest);
    FileStatus status;
    int error = file ? descriptor_status(file.get(), status) : errno;
    if (error == 0 && !status.regular()) error = EINVAL;
    if (error != 0) return failed(blob.digest, error);
    std::uint64_t size = 0;
    error = read_all(file.get(), size);
    const Digest found = hasher_.finish();
    if (error == ECANCELED) return;
    if (error != 0) return failed(blob.digest, error);
    ++done_.blobs;
    done_.bytes += size;
    ++progress_.blobs;
    if (found == blob.digest)
      done_.sound.push_back(id);
    else
      done_.unsound.push_back({blob.digest, State::wrong, 0, size, found});
  }

  const HashedBlobs& done() const { return done_; }

 private:
  Descriptor open(const Digest& digest) const {
    const std::string hex = digest.hex();
    const std::string path = hex.substr(0, 2) + "/" + hex + "/data";
    return Descriptor(
        ::openat(sha256_, path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }

  int read_all(int fd, std::uint64_t& size) {
    WholeFile file(fd);
    for (;;) {
      if (stop_.requested()) return ECANCELED;
      const ssize_t got = file.read(buffer_);
      if (got < 0) return static_cast<int>(-got);
      if (got == 0) return 0;
      const auto bytes = static_cast<std::size_t>(got);
      hasher_.update({buffer_.data(), bytes});
      size += bytes;
      progress_.bytes += bytes;
      limit_.spend(bytes, stop_);
    }
  }

  void failed(const Digest& digest, int error) {
    const bool missing = error == ENOENT || error == ENOTDIR;
    done_.unsound.push_back({digest,
                             missing ? State::missing : State::unreadable,
                             missing ? 0 : error, 0, Digest{}});
  }

  int sha256_;
  RateLimit& limit_;
  const StopRequest& stop_;
  HashProgress& progress_;
  std::string buffer_;
  Sha256 hasher_;
  HashedBlobs done_;
};

void announce(const BlobTable& blobs, const std::vector<BlobId>& wanted,
              HashProgress& progress) {
  for (const BlobId id : wanted) progress.bytes_wanted += blobs[id].size;
  progress.blobs_wanted += wanted.size();
}

}  // namespace

void HashedBlobs::add(const HashedBlobs& more) {
  blobs += more.blobs;
  bytes += more.bytes;
  unsound.insert(unsound.end(), more.unsound.begin(), more.unsound.end());
  sound.insert(sound.end(), more.sound.begin(), more.sound.end());
}

HashedBlobs hash_blobs(int v2, const BlobTable& blobs,
                       std::vector<BlobId> wanted, RateLimit& limit,
                       const StopRequest& stop, HashProgress& progress) {
  const Descriptor sha256 =
      open_folder(v2, std::string(layout::kBlobs) + "/sha256");
  announce(blobs, wanted, progress);
  put_in_order(blobs, wanted);
  HashedBlobs all;
  std::mutex mutex;
  std::atomic<std::size_t> next{0};
  // Not split into ranges beforehand: whoever is done takes the next one.
  tbb::parallel_for(
      0, tbb::this_task_arena::max_concurrency(),
      [&](int) {
        Hasher hasher(sha256.get(), limit, stop, progress);
        while (!stop.requested()) {
          const std::size_t i = next.fetch_add(1);
          if (i >= wanted.size()) break;
          hasher.hash(blobs, wanted[i]);
        }
        const std::scoped_lock lock(mutex);
        all.add(hasher.done());
      },
      tbb::simple_partitioner());
  std::sort(all.unsound.begin(), all.unsound.end(),
            [](const UnsoundBlob& a, const UnsoundBlob& b) {
              return a.digest < b.digest;
            });
  return all;
}

}  // namespace dregs
