#include "gc/eviction/cached_images.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "gc/facts/repository_images.h"
#include "gc/mark/closure.h"
#include "gc/mark/roots.h"

namespace dregs {
namespace {

constexpr std::string_view kUnknownTime = "nobody knows when it was used";
constexpr std::string_view kFutureTime = "its links are from the future";
constexpr std::string_view kForeignTag =
    "the folder of its tag holds what no registry wrote";
constexpr std::string_view kYoung = "its manifest was fetched lately";
constexpr std::string_view kIsLayerToo =
    "a layer link leads to a manifest that it needs";
constexpr std::string_view kNeeded = "an image that stays needs it";

void note(KnownTime& latest, const KnownTime& time) {
  if (time && (!latest || *latest < *time)) latest = time;
}

using TimesById = std::unordered_map<DigestId, KnownTime>;

void note(TimesById& times, DigestId id, const KnownTime& time) {
  if (id != kNoDigest) note(times[id], time);
}

KnownTime time_of(const TimesById& times, DigestId id) {
  const auto at = times.find(id);
  return at == times.end() ? std::nullopt : at->second;
}

// When the manifests of one repository were used, by their digests.
struct ManifestTimes {
  ManifestTimes(const CacheFacts& facts, std::uint32_t i) {
    const Inventory& inventory = facts.survey.inventory;
    const Repository& repository = inventory.repositories[i];
    const RepositoryIds& ids = facts.survey.graph.repository(i);
    for (std::size_t r = 0; r < ids.revisions.size(); ++r)
      note(links, ids.revisions[r], time_at(facts.times[i].revisions, r));
    for (std::size_t h = 0; h < repository.history.size(); ++h)
      note(links,
           facts.survey.graph.find(inventory, repository.history[h].digest),
           time_at(facts.times[i].history, h));
    const auto known = facts.pulls.repositories().find(repository.name);
    if (known == facts.pulls.repositories().end()) return;
    for (const auto& [reference, at_s] : known->second)
      if (const auto digest = Digest::parse(reference))
        note(pulls, facts.survey.graph.find(inventory, *digest),
             at_s * kSecond_ns);
  }

  TimesById links;
  TimesById pulls;
};

// The images of one repository.
class ImagesOfRepository {
 public:
  // `closure` is a workspace; it is started for the repository.
  ImagesOfRepository(const CacheFacts& facts, const Policy& policy,
                     std::uint32_t i, Closure& closure)
      : facts_(facts),
        policy_(policy),
        i_(i),
        repository_(facts.survey.inventory.repositories[i]),
        ids_(facts.survey.graph.repository(i)),
        closure_(closure),
        times_(facts, i),
        layers_too_(manifests_with_layer_links(facts.survey.graph, ids_)) {
    closure_.start(i);
  }

  std::vector<CachedImage> find(const AliasIndex& aliases) {
    const RepositoryImages belongs(facts_.survey, i_, aliases);
    for (std::uint32_t t = 0; t < ids_.tags.size(); ++t)
      if (ids_.tags[t] != kNoDigest) at(ids_.tags[t]).tags.push_back(t);
    for (const DigestId id : ids_.revisions)
      if (!belongs.is_child(id)) at(id);
    for (auto& [root, image] : images_) look_at(image);
    share_times();
    std::vector<CachedImage> all;
    for (auto& [root, image] : images_) all.push_back(std::move(image));
    return all;
  }

 private:
  CachedImage& at(DigestId root) {
    CachedImage& image = images_[root];
    image.repository = i_;
    image.root = root;
    return image;
  }

  void look_at(CachedImage& image) {
    closure_.start_again();
    closure_.add_manifest(image.root);
    for (const DigestId id : closure_.order()) {
      if (facts_.survey.graph.present(id)) image.needs.push_back(id);
      if (std::ranges::binary_search(layers_too_, id))
        image.stays = kIsLayerToo;
      note(image.pulled, time_of(times_.pulls, id));
      note(image.last_used, time_of(times_.links, id));
      if (id != image.root && images_.contains(id))
        within_.emplace_back(image.root, id);
    }
    for (const std::uint32_t tag : image.tags) look_at_tag(image, tag);
    note(image.last_used, image.pulled);
    judge(image);
  }

  void look_at_tag(CachedImage& image, std::uint32_t tag) {
    const KnownTime written = time_at(facts_.times[i_].pushed, tag);
    if (!written) image.stays = kUnknownTime;
    if (repository_.tags[tag].holds_foreign) image.stays = kForeignTag;
    note(image.last_used, written);
    note(image.pulled, facts_.pulls.last_pull_ns(repository_.name,
                                                 repository_.tags[tag].name));
  }

  void judge(CachedImage& image) const {
    const Inventory& inventory = facts_.survey.inventory;
    if (!image.stays.empty()) return;
    if (!image.last_used)
      image.stays = kUnknownTime;
    else if (*image.last_used > policy_.now_ns)
      image.stays = kFutureTime;
    else if (facts_.survey.graph.present(image.root) &&
             policy_.is_young(inventory.blobs[image.root].times()))
      image.stays = kYoung;
  }

  // The removal of what another image needs would free nothing before that one
  // goes.
  void share_times() {
    std::map<DigestId, KnownTime> outer;
    std::vector<DigestId> needed;
    for (const auto& [root, inner] : within_) {
      const CachedImage& holder = images_.at(root);
      note(outer[inner], holder.last_used);
      if (!holder.stays.empty() && images_.at(inner).stays.empty())
        needed.push_back(inner);
    }
    for (const auto& [inner, time] : outer)
      note(images_.at(inner).last_used, time);
    for (const DigestId inner : needed) images_.at(inner).stays = kNeeded;
  }

  const CacheFacts& facts_;
  const Policy& policy_;
  std::uint32_t i_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  Closure& closure_;
  ManifestTimes times_;
  std::vector<DigestId> layers_too_;                   // sorted
  std::map<DigestId, CachedImage> images_;             // by root
  std::vector<std::pair<DigestId, DigestId>> within_;  // root, inner root
};

void hold(const Closure& closure, const ManifestGraph& graph,
          std::vector<std::uint8_t>& held) {
  for (const DigestId id : closure.order())
    if (graph.present(id)) held[id] = 1;
}

}  // namespace

CacheContent find_cached_images(const CacheFacts& facts, const Policy& policy) {
  const Inventory& inventory = facts.survey.inventory;
  const ManifestGraph& graph = facts.survey.graph;
  const AliasIndex aliases(inventory, graph);
  Closure closure(inventory, graph, aliases);
  CacheContent content;
  content.held.assign(inventory.blobs.size(), 0);
  for (std::uint32_t i = 0; i < inventory.repositories.size(); ++i) {
    closure.start(i);
    if (is_pinned(facts.survey.diagnosis.pins[i], policy)) {
      add_whole_repository(closure, graph.repository(i));
      hold(closure, graph, content.held);
      continue;
    }
    add_roots_of_no_image(closure, graph.repository(i));
    hold(closure, graph, content.held);
    ImagesOfRepository images(facts, policy, i, closure);
    for (CachedImage& image : images.find(aliases)) {
      if (!image.stays.empty())
        for (const BlobId blob : image.needs) content.held[blob] = 1;
      content.images.push_back(std::move(image));
    }
  }
  return content;
}

}  // namespace dregs
