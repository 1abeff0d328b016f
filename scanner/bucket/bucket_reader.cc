#include "scanner/bucket/bucket_reader.h"

#include <algorithm>
#include <utility>

#include "scanner/bucket/bucket_content.h"
#include "scanner/bucket/list_tree.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/other_hash.h"
#include "scanner/formats/sha256.h"
#include "scanner/manifests/manifest.h"

namespace dregs {
namespace {

BlobContent missing_content() {
  BlobContent content;
  content.state = BlobContent::State::missing;
  return content;
}

}  // namespace

BucketReader::BucketReader(const BucketRoot& root)
    : root_(root), times_(root) {}

BlobContent BucketReader::read_blob(const Digest& digest,
                                    std::size_t at_most) const {
  return read_object_at(
      root_, layout::blob_data(digest), at_most,
      [&](std::string_view bytes) { return sha256(bytes) == digest; });
}

BlobContent BucketReader::stat_blob(const Digest& digest) const {
  return stat_object_at(root_, layout::blob_data(digest));
}

BlobContent BucketReader::stream_blob(
    const Digest& digest,
    const std::function<void(std::string_view)>& part) const {
  return stream_blob_in(root_, digest, part);
}

BlobContent BucketReader::stat_other_blob(const std::string& digest) const {
  if (!DigestText::parse(digest)) return missing_content();
  return stat_object_at(root_, layout::other_blob_data(digest));
}

BlobContent BucketReader::hash_other_blob(const std::string& digest) const {
  if (!DigestText::parse(digest)) return missing_content();
  return read_object_at(
      root_, layout::other_blob_data(digest), kLargestServedManifest,
      [&](std::string_view bytes) { return hashes_to(bytes, digest); });
}

HashedBlobs BucketReader::hash_blobs(const BlobTable& blobs,
                                     std::vector<BlobId> wanted,
                                     RateLimit& limit, const StopRequest& stop,
                                     HashProgress& progress) const {
  return hash_blobs_in(root_, blobs, std::move(wanted), limit, stop, progress);
}

std::optional<Digest> BucketReader::link_target(const std::string& path) const {
  return link_target_at(root_, path);
}

std::optional<std::int64_t> BucketReader::modified_time(
    const std::string& path) const {
  if (const KeyTimes* times = times_.around(path)) {
    const auto found = times->find(path);
    return found == times->end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::int64_t> newest;
  for (const auto& [each, modified_ns] : list_times(root_, root_.key(path))) {
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
  const KeyTimes* times = times_.around(path + "/");
  const KeyTimes listed =
      times ? KeyTimes() : list_times(root_, root_.key(path) + "/");
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

}  // namespace dregs
