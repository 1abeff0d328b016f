#include "scanner/bucket/bucket_content.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scanner/bucket/list_tree.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"
#include "scanner/inventory/link.h"
#include "scanner/objects/at_once.h"
#include "scanner/store/hash_in_turn.h"

namespace dregs {
namespace {

using ContentState = BlobContent::State;

constexpr std::size_t kLargestLink = 4096;

BlobContent in_state(ContentState state, int error = 0) {
  BlobContent content;
  content.state = state;
  content.error = error;
  return content;
}

// Of the error that is being handled: what the storage said of one object. What
// it said of all is thrown on.
BlobContent failed(const StorageError& error) {
  if (error.code() == "TooLarge") return in_state(ContentState::too_large);
  if (!is_about_the_object(error)) throw;
  return in_state(ContentState::unreadable, EACCES);
}

// A download throws this to end itself, once a stop was requested.
struct Stopped {};

// A WholeBlob is what a download has read of a blob so far.
struct WholeBlob {
  Sha256 hasher;
  std::uint64_t size = 0;
};

// A BlobHasher hashes blobs over one connection.
class BlobHasher {
 public:
  BlobHasher(const BucketRoot& root, RateLimit& limit, const StopRequest& stop,
             HashProgress& progress)
      : root_(root), limit_(limit), stop_(stop), progress_(progress) {}

  void hash(const BlobTable& blobs, BlobId id) {
    const Digest& digest = blobs[id].digest;
    WholeBlob blob;
    try {
      if (root_.believes_checksums &&
          root_.store.keeps_sha256(root_.key(layout::blob_data(digest)),
                                   digest))
        return believe(blobs[id]);
      if (!root_.store.read(root_.key(layout::blob_data(digest)),
                            [&](std::string_view part) { take(part, blob); }))
        return add_unsound({digest, UnsoundBlob::State::missing, 0, 0, {}});
    } catch (const Stopped&) {
      return;
    } catch (const StorageError& error) {
      const BlobContent content = failed(error);
      return add_unsound(
          {digest, UnsoundBlob::State::unreadable, content.error, 0, {}});
    }
    conclude(digest, id, blob);
  }

  const HashedBlobs& done() const { return done_; }

 private:
  void take(std::string_view part, WholeBlob& blob) {
    if (stop_.requested()) throw Stopped();
    blob.hasher.update(part);
    blob.size += part.size();
    progress_.bytes += part.size();
    limit_.spend(part.size(), stop_);
  }

  void believe(const Blob& blob) {
    ++done_.by_checksum;
    ++progress_.blobs;
    progress_.bytes += blob.size;
  }

  void conclude(const Digest& digest, BlobId id, WholeBlob& blob) {
    const Digest found = blob.hasher.finish();
    ++done_.blobs;
    done_.bytes += blob.size;
    ++progress_.blobs;
    if (found == digest)
      done_.sound.push_back(id);
    else
      add_unsound({digest, UnsoundBlob::State::wrong, 0, blob.size, found});
  }

  void add_unsound(const UnsoundBlob& blob) { done_.unsound.push_back(blob); }

  const BucketRoot& root_;
  RateLimit& limit_;
  const StopRequest& stop_;
  HashProgress& progress_;
  HashedBlobs done_;
};

}  // namespace

BlobContent read_object_at(
    const BucketRoot& root, const std::string& path, std::size_t at_most,
    const std::function<bool(std::string_view)>& matches) {
  try {
    auto bytes = root.store.get(root.key(path), at_most);
    if (!bytes) return in_state(ContentState::missing);
    BlobContent content =
        in_state(matches(*bytes) ? ContentState::sound : ContentState::corrupt);
    content.size = bytes->size();
    content.bytes = std::move(*bytes);
    return content;
  } catch (const StorageError& error) {
    return failed(error);
  }
}

BlobContent stat_object_at(const BucketRoot& root, const std::string& path) {
  const auto object = find_object(root.store, root.key(path));
  BlobContent content =
      in_state(object ? ContentState::sound : ContentState::missing);
  if (object) content.size = object->size;
  return content;
}

BlobContent stream_blob_in(const BucketRoot& root, const Digest& digest,
                           const std::function<void(std::string_view)>& part) {
  WholeBlob blob;
  try {
    if (!root.store.read(root.key(layout::blob_data(digest)),
                         [&](std::string_view bytes) {
                           blob.hasher.update(bytes);
                           blob.size += bytes.size();
                           part(bytes);
                         }))
      return in_state(ContentState::missing);
  } catch (const StorageError& error) {
    return failed(error);
  }
  BlobContent content =
      in_state(blob.hasher.finish() == digest ? ContentState::sound
                                              : ContentState::corrupt);
  content.size = blob.size;
  return content;
}

HashedBlobs hash_blobs_in(const BucketRoot& root, const BlobTable& blobs,
                          std::vector<BlobId> wanted, RateLimit& limit,
                          const StopRequest& stop, HashProgress& progress) {
  progress.want(blobs, wanted);
  // The largest first, lest one of them is begun last and all wait for it.
  std::sort(wanted.begin(), wanted.end(), [&](BlobId a, BlobId b) {
    return std::pair(~blobs[a].size, a) < std::pair(~blobs[b].size, b);
  });
  const auto run_at_once = [&](const auto& work) {
    at_once(root.connections,
            static_cast<std::size_t>(std::max(root.connections, 1)),
            [&](std::size_t) { work(); });
  };
  return hash_in_turn(blobs, wanted, stop, run_at_once,
                      [&] { return BlobHasher(root, limit, stop, progress); });
}

std::optional<Digest> link_target_at(const BucketRoot& root,
                                     const std::string& path) {
  try {
    const auto bytes = root.store.get(root.key(path), kLargestLink);
    return bytes ? parse_link(*bytes).target : std::nullopt;
  } catch (const StorageError& error) {
    failed(error);
    return std::nullopt;
  }
}

}  // namespace dregs
