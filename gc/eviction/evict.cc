#include "gc/eviction/evict.h"

#include <algorithm>
#include <tuple>

#include "gc/decide/plan.h"
#include "gc/mark/closure.h"
#include "gc/mark/mark.h"
#include "gc/mark/roots.h"

namespace dregs {
namespace {

std::uint64_t size_of(const Blob& blob) {
  return blob.hard_linked ? 0 : blob.size;
}

std::uint64_t size_of(const Inventory& inventory) {
  std::uint64_t bytes = 0;
  for (const Blob& blob : inventory.blobs) bytes += size_of(blob);
  for (const TemporaryFile& file : inventory.temporary_files)
    bytes += file.bytes;
  for (const Repository& repository : inventory.repositories) {
    for (const Upload& upload : repository.uploads) bytes += upload.bytes;
    for (const TemporaryFile& file : repository.temporary_files)
      bytes += file.bytes;
  }
  return bytes;
}

// What a collection by this policy would remove if no image went.
std::uint64_t garbage_in(const Survey& survey, const Policy& policy) {
  const MarkSet marks =
      mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  std::uint64_t bytes = 0;
  for (const KindTotal& total : planned_totals(survey.inventory, marks, policy))
    bytes += total.bytes;
  return bytes;
}

// The blobs of a cache, and by how many images each is needed.
class NeededBlobs {
 public:
  NeededBlobs(const Inventory& inventory, const CacheContent& content,
              const Policy& policy)
      : inventory_(inventory),
        held_(content.held),
        policy_(policy),
        needed_by_(inventory.blobs.size(), 0) {
    for (const CachedImage& image : content.images)
      for (const BlobId blob : image.needs) ++needed_by_[blob];
  }

  // Whether the end of this and other images frees anything at all.
  bool could_free(const CachedImage& image) const {
    return std::any_of(image.needs.begin(), image.needs.end(),
                       [this](BlobId blob) { return may_go(blob); });
  }

  // Returns the bytes that go with the image.
  std::uint64_t let_go(const CachedImage& image) {
    std::uint64_t bytes = 0;
    for (const BlobId blob : image.needs)
      if (--needed_by_[blob] == 0 && may_go(blob))
        bytes += size_of(inventory_.blobs[blob]);
    return bytes;
  }

 private:
  bool may_go(BlobId blob) const {
    return held_[blob] == 0 && inventory_.blobs[blob].removable &&
           !policy_.is_young(inventory_.blobs[blob].times());
  }

  const Inventory& inventory_;
  const std::vector<std::uint8_t>& held_;
  const Policy& policy_;
  std::vector<std::uint32_t> needed_by_;
};

EvictedImage in_words(const CachedImage& image, const Survey& survey) {
  const Repository& repository =
      survey.inventory.repositories[image.repository];
  EvictedImage words;
  words.repository = repository.name;
  for (const std::uint32_t tag : image.tags)
    words.tags.push_back(repository.tags[tag].name);
  words.digest = survey.graph.name(survey.inventory, image.root);
  words.last_used = image.last_used;
  words.pulled = image.pulled;
  words.stays = image.stays;
  return words;
}

// Finds the manifests of a repository that may go: no image that stays needs
// them.
class ManifestsLeft {
 public:
  explicit ManifestsLeft(const Survey& survey)
      : survey_(survey),
        aliases_(survey.inventory, survey.graph),
        closure_(survey.inventory, survey.graph, aliases_) {}

  std::set<Digest> in(std::uint32_t i, const std::vector<DigestId>& stay) {
    const RepositoryIds& ids = survey_.graph.repository(i);
    closure_.start(i);
    add_roots_of_no_image(closure_, ids);
    for (const DigestId id : stay) closure_.add_manifest(id);
    std::set<Digest> left;
    for (std::size_t r = 0; r < ids.revisions.size(); ++r)
      if (!closure_.reached(ids.revisions[r]))
        left.insert(survey_.inventory.repositories[i].revisions[r]);
    return left;
  }

 private:
  const Survey& survey_;
  AliasIndex aliases_;
  Closure closure_;
};

RequestedRemoval request_for(const Survey& survey,
                             const std::vector<CachedImage>& images,
                             const std::vector<bool>& goes) {
  RequestedRemoval request;
  std::map<std::uint32_t, std::vector<DigestId>> stay;
  for (std::size_t at = 0; at < images.size(); ++at)
    if (goes[at])
      request[images[at].repository].tags.insert(images[at].tags.begin(),
                                                 images[at].tags.end());
    else
      stay[images[at].repository].push_back(images[at].root);
  ManifestsLeft manifests(survey);
  for (auto& [i, parts] : request) parts.manifests = manifests.in(i, stay[i]);
  return request;
}

class LeastRecentlyUsed {
 public:
  LeastRecentlyUsed(const CacheFacts& facts, const CacheLimits& limits,
                    Eviction& eviction)
      : survey_(facts.survey),
        limits_(limits),
        eviction_(eviction),
        content_(find_cached_images(facts, eviction.policy)),
        blobs_(facts.survey.inventory, content_, eviction.policy) {
    std::stable_sort(content_.images.begin(), content_.images.end(),
                     [](const CachedImage& a, const CachedImage& b) {
                       return a.last_used < b.last_used;
                     });
  }

  void run() {
    std::vector<bool> goes(content_.images.size(), false);
    for (std::size_t at = 0; at < goes.size(); ++at) {
      const CachedImage& image = content_.images[at];
      if (!is_let_go(image)) continue;
      EvictedImage words = in_words(image, survey_);
      if (!image.stays.empty()) {
        eviction_.kept.push_back(std::move(words));
        continue;
      }
      goes[at] = true;
      words.bytes = blobs_.let_go(image);
      eviction_.bytes_after -= words.bytes;
      eviction_.images.push_back(std::move(words));
    }
    eviction_.request = request_for(survey_, content_.images, goes);
  }

 private:
  bool is_let_go(const CachedImage& image) const {
    const bool too_large =
        limits_.max_bytes && eviction_.bytes_after > *limits_.max_bytes;
    return is_old(image) ||
           (too_large && (!image.stays.empty() || blobs_.could_free(image)));
  }

  bool is_old(const CachedImage& image) const {
    return limits_.older_than_ns && image.last_used &&
           *image.last_used < eviction_.policy.now_ns - *limits_.older_than_ns;
  }

  const Survey& survey_;
  const CacheLimits& limits_;
  Eviction& eviction_;
  CacheContent content_;
  NeededBlobs blobs_;
};

}  // namespace

Eviction evict(const CacheFacts& facts, const CacheLimits& limits,
               Policy policy) {
  policy.age_by = AgeBy::mtime;
  Eviction eviction;
  eviction.bytes_before = size_of(facts.survey.inventory);
  eviction.bytes_after =
      eviction.bytes_before - garbage_in(facts.survey, policy);
  const bool too_large =
      limits.max_bytes && eviction.bytes_after > *limits.max_bytes;
  eviction.policy = policy;
  if (!too_large && !limits.older_than_ns) return eviction;
  eviction.policy.shrink_proxy_cache = true;
  // Nothing that was fetched within that time goes for its age.
  if (!too_large)
    eviction.policy.min_age_ns =
        std::max(policy.min_age_ns, *limits.older_than_ns);
  eviction.bytes_after =
      eviction.bytes_before - garbage_in(facts.survey, eviction.policy);
  LeastRecentlyUsed(facts, limits, eviction).run();
  return eviction;
}

}  // namespace dregs
