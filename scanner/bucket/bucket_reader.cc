#include "scanner/bucket/bucket_reader.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scanner/bucket/list_tree.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/other_hash.h"
#include "scanner/formats/sha256.h"
#include "scanner/inventory/link.h"
#include "scanner/manifests/manifest.h"
#include "scanner/objects/at_once.h"
#include "scanner/store/hash_in_turn.h"

namespace dregs {
namespace {

using ContentState = BlobContent::State;

constexpr std::string_view kManifests = "/_manifests/";
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

// Thrown out of a download that nobody waits for any more.
struct Stopped {};

// Reads a blob whole.
struct WholeBlob {
  Sha256 hasher;
  std::uint64_t size = 0;
};

// One connection's share of the blobs to be hashed.
class BlobHasher {
 public:
  BlobHasher(const BucketRoot& root, RateLimit& limit, const StopRequest& stop,
             HashProgress& progress)
      : root_(root), limit_(limit), stop_(stop), progress_(progress) {}

  void hash(const BlobTable& blobs, BlobId id) {
    const Digest& digest = blobs[id].digest;
    WholeBlob blob;
    try {
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

struct BucketReader::Folder {
  std::once_flag listed;
  Times times;
};

BucketReader::BucketReader(const BucketRoot& root) : root_(root) {}

BucketReader::~BucketReader() = default;

BlobContent BucketReader::read_blob(const Digest& digest,
                                    std::size_t at_most) const {
  return read(layout::blob_data(digest), at_most,
              [&](std::string_view bytes) { return sha256(bytes) == digest; });
}

BlobContent BucketReader::stat_blob(const Digest& digest) const {
  return stat(layout::blob_data(digest));
}

BlobContent BucketReader::hash_blob(const Digest& digest) const {
  WholeBlob blob;
  try {
    if (!root_.store.read(root_.key(layout::blob_data(digest)),
                          [&](std::string_view part) {
                            blob.hasher.update(part);
                            blob.size += part.size();
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

BlobContent BucketReader::stat_other_blob(const std::string& digest) const {
  if (!DigestText::parse(digest)) return in_state(ContentState::missing);
  return stat(layout::other_blob_data(digest));
}

BlobContent BucketReader::hash_other_blob(const std::string& digest) const {
  if (!DigestText::parse(digest)) return in_state(ContentState::missing);
  return read(layout::other_blob_data(digest), kLargestServedManifest,
              [&](std::string_view bytes) { return hashes_to(bytes, digest); });
}

BlobContent BucketReader::read(
    const std::string& path, std::size_t at_most,
    const std::function<bool(std::string_view)>& matches) const {
  try {
    auto bytes = root_.store.get(root_.key(path), at_most);
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

BlobContent BucketReader::stat(const std::string& path) const {
  const auto object = find_object(root_.store, root_.key(path));
  BlobContent content =
      in_state(object ? ContentState::sound : ContentState::missing);
  if (object) content.size = object->size;
  return content;
}

HashedBlobs BucketReader::hash_blobs(const BlobTable& blobs,
                                     std::vector<BlobId> wanted,
                                     RateLimit& limit, const StopRequest& stop,
                                     HashProgress& progress) const {
  progress.want(blobs, wanted);
  // The largest first, lest one of them is begun last and all wait for it.
  std::sort(wanted.begin(), wanted.end(), [&](BlobId a, BlobId b) {
    return std::pair(~blobs[a].size, a) < std::pair(~blobs[b].size, b);
  });
  const auto run_at_once = [&](const auto& work) {
    at_once(root_.connections,
            static_cast<std::size_t>(std::max(root_.connections, 1)),
            [&](std::size_t) { work(); });
  };
  return hash_in_turn(blobs, wanted, stop, run_at_once,
                      [&] { return BlobHasher(root_, limit, stop, progress); });
}

std::optional<Digest> BucketReader::link_target(const std::string& path) const {
  try {
    const auto bytes = root_.store.get(root_.key(path), kLargestLink);
    return bytes ? parse_link(*bytes).target : std::nullopt;
  } catch (const StorageError& error) {
    failed(error);
    return std::nullopt;
  }
}

std::optional<std::int64_t> BucketReader::modified_time(
    const std::string& path) const {
  if (const Times* times = manifests_around(path)) {
    const auto found = times->find(path);
    return found == times->end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::int64_t> newest;
  for (const auto& [each, modified_ns] : list(root_.key(path))) {
    if (each == path) return modified_ns;
    if (each.starts_with(path + "/"))
      newest = std::max(newest.value_or(modified_ns), modified_ns);
  }
  return newest;
}

bool BucketReader::is_there(const std::string& path) const {
  const std::string key = root_.key(path);
  return find_object(root_.store, key) ||
         !root_.store.list({key + "/", "", "", false}).objects.empty();
}

std::vector<Digest> BucketReader::digests_in(const std::string& path) const {
  const Times* times = manifests_around(path + "/");
  const Times listed = times ? Times() : list(root_.key(path) + "/");
  if (times == nullptr) times = &listed;
  std::vector<Digest> digests;
  const std::string above = path + "/";
  for (auto at = times->lower_bound(above);
       at != times->end() && at->first.starts_with(above); ++at) {
    const std::string_view below =
        std::string_view(at->first).substr(above.size());
    const auto digest = Digest::from_hex(below.substr(0, below.find('/')));
    if (digest && (digests.empty() || digests.back() != *digest))
      digests.push_back(*digest);
  }
  return digests;
}

const BucketReader::Times* BucketReader::manifests_around(
    const std::string& path) const {
  const std::size_t at = path.find(kManifests);
  if (at == std::string::npos) return nullptr;
  const std::string folder = path.substr(0, at + kManifests.size());
  Folder* found = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    std::unique_ptr<Folder>& place = folders_[folder];
    if (!place) place = std::make_unique<Folder>();
    found = place.get();
  }
  std::call_once(found->listed,
                 [&] { found->times = list(root_.key(folder)); });
  return &found->times;
}

BucketReader::Times BucketReader::list(const std::string& prefix) const {
  Times times;
  for (const StoredObject& object : list_all(root_.store, prefix))
    times.emplace(object.key.substr(root_.v2.size()), object.modified_ns);
  return times;
}

}  // namespace dregs
