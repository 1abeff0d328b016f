#include "scanner/bucket/bucket_manifests.h"

#include <algorithm>
#include <cerrno>
#include <functional>

#include "scanner/formats/layout.h"
#include "scanner/formats/other_hash.h"
#include "scanner/formats/sha256.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

struct Proof {
  std::function<bool(std::string_view bytes)> matches;
  // matches() keeps the bytes for the next run. So it is called for what looks
  // like no manifest as well, which costs a hash.
  bool keeps = false;
};

// A layer link that no image needs leads to a configuration, mostly, or to a
// layer. A configuration is small enough to be kept (bytes).
constexpr std::size_t kLargestKeptOther = 65'536;

// As a disk's: what is not declared is only believed to be a manifest where it
// looks like one, or where something emptied what may have been one.
ManifestRead judge_object(std::string_view bytes, bool declared,
                          const Proof& proof) {
  if (!declared) {
    const Appearance seen = appearance_of(bytes);
    if (seen == Appearance::other) {
      if (proof.keeps && bytes.size() <= kLargestKeptOther)
        proof.matches(bytes);
      return opaque_manifest();
    }
    if (seen == Appearance::blank)
      return bytes.size() > kLargestServedManifest || proof.matches(bytes)
                 ? opaque_manifest()
                 : judge_manifest_bytes(bytes, false);
  }
  return judge_manifest_bytes(bytes, proof.matches(bytes));
}

ManifestRead read_object(const BucketRoot& root, const std::string& path,
                         std::uint64_t size, bool declared,
                         std::mutex& one_large_at_a_time, const Proof& proof) {
  if (size > kLargestParsedManifest)
    return declared ? oversized_manifest() : opaque_manifest();
  std::unique_lock<std::mutex> alone;
  if (size > kLargestServedManifest)
    alone = std::unique_lock(one_large_at_a_time);
  try {
    const auto bytes = root.store.get(root.key(path), kLargestParsedManifest);
    return bytes ? judge_object(*bytes, declared, proof)
                 : unreadable_manifest(ENOENT);
  } catch (const StorageError& error) {
    if (!is_about_the_object(error)) throw;
    return unreadable_manifest(EACCES);
  }
}

}  // namespace

ManifestRead BucketManifests::read(const Blob& blob, bool declared) const {
  if (known_ != nullptr)
    if (const auto bytes = known_->find(blob))
      return judge_object(*bytes, declared,
                          {[](std::string_view) { return true; }});
  return read_object(
      root_, layout::blob_data(blob.digest), blob.size, declared,
      one_large_at_a_time_,
      {[&](std::string_view bytes) { return hashes_to_name(bytes, blob); },
       known_ != nullptr});
}

bool BucketManifests::hashes_to_name(std::string_view bytes,
                                     const Blob& blob) const {
  if (sha256(bytes) != blob.digest) return false;
  if (known_ != nullptr && bytes.size() <= kLargestServedManifest)
    known_->keep(blob, bytes);
  return true;
}

ManifestRead BucketManifests::read_other(const std::string& digest,
                                         bool declared) const {
  const auto size = scan_.other_sizes.find(digest);
  if (size == scan_.other_sizes.end()) return unreadable_manifest(ENOENT);
  return read_object(
      root_, layout::other_blob_data(digest), size->second, declared,
      one_large_at_a_time_,
      {[&](std::string_view bytes) { return hashes_to(bytes, digest); }});
}

SignatureFolder BucketManifests::signatures(const Repository& repository,
                                            const Digest& revision) const {
  return {signatures_of(scan_, repository.name, revision), 0};
}

void BucketManifests::in_parallel(std::size_t count, const Work& work) const {
  at_once(root_.connections, count, [&](std::size_t i) { work(i, i + 1); });
}

}  // namespace dregs
