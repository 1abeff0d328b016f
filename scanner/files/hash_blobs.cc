#include "scanner/files/hash_blobs.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "scanner/files/blob_folder.h"
#include "scanner/files/whole_file.h"
#include "scanner/formats/sha256.h"
#include "scanner/store/hash_in_turn.h"

namespace dregs {
namespace {

using BlobState = UnsoundBlob::State;

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
  Hasher(const BlobFolder& folder, RateLimit& limit, const StopRequest& stop,
         HashProgress& progress)
      : folder_(folder),
        limit_(limit),
        stop_(stop),
        progress_(progress),
        buffer_(kChunk, '\0') {}

  void hash(const BlobTable& blobs, BlobId id) {
    const Blob& blob = blobs[id];
    const Descriptor file = folder_.open(blob.digest);
    std::uint64_t size = 0;
    int error = file ? read_all(file.get(), blob.size, size) : errno;
    if (error == ECANCELED) return;
    const Digest found = hasher_.finish();
    const bool right = error == 0 && found == blob.digest;
    // Only doubtful content is worth another system call for what it is in.
    if (error == 0 && !right) error = irregular(file.get());
    if (error != 0) return failed(blob.digest, error);
    ++done_.blobs;
    done_.bytes += size;
    ++progress_.blobs;
    if (right)
      done_.sound.push_back(id);
    else
      done_.unsound.push_back({blob.digest, BlobState::wrong, 0, size, found});
  }

  const HashedBlobs& done() const { return done_; }

 private:
  static int irregular(int fd) {
    FileStatus status;
    const int error = descriptor_status(fd, status);
    return error == 0 && !status.regular() ? EINVAL : error;
  }

  // A read that falls short where the survey saw the end has reached it.
  int read_all(int fd, std::uint64_t expected, std::uint64_t& size) {
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
      if (bytes < buffer_.size() && size == expected) return 0;
    }
  }

  void failed(const Digest& digest, int error) {
    const bool missing = error == ENOENT || error == ENOTDIR;
    done_.unsound.push_back(
        {digest, missing ? BlobState::missing : BlobState::unreadable,
         missing ? 0 : error, 0, Digest{}});
  }

  const BlobFolder& folder_;
  RateLimit& limit_;
  const StopRequest& stop_;
  HashProgress& progress_;
  std::string buffer_;
  Sha256 hasher_;
  HashedBlobs done_;
};

}  // namespace

HashedBlobs hash_blobs(int v2, const BlobTable& blobs,
                       std::vector<BlobId> wanted, RateLimit& limit,
                       const StopRequest& stop, HashProgress& progress) {
  const BlobFolder folder(v2);
  progress.want(blobs, wanted);
  put_in_order(blobs, wanted);
  // Not split into ranges beforehand.
  const auto run_at_once = [](const auto& work) {
    tbb::parallel_for(
        0, tbb::this_task_arena::max_concurrency(), [&](int) { work(); },
        tbb::simple_partitioner());
  };
  return hash_in_turn(blobs, wanted, stop, run_at_once,
                      [&] { return Hasher(folder, limit, stop, progress); });
}

}  // namespace dregs
