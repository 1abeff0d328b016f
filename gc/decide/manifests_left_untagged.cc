#include "gc/decide/manifests_left_untagged.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gc/mark/closure.h"
#include "gc/mark/roots.h"

namespace dregs {
namespace {

using DigestIds = std::unordered_set<DigestId>;

// Holds what the removed tags lead to: their manifests, children of indexes,
// and referrers. A subject is not among them: a user who removes the tag of a
// signature does not mean the image.
class UntaggedCandidates {
 public:
  UntaggedCandidates(const Survey& survey, std::uint32_t i)
      : survey_(survey), ids_(survey.graph.repository(i)) {
    note_referrers();
  }

  void add(DigestId id) {
    push(id);
    while (!waiting_.empty()) {
      const DigestId next = waiting_.back();
      waiting_.pop_back();
      look_at(next);
    }
  }

  bool contain(DigestId id) const { return found_.contains(id); }

 private:
  void note_referrers() {
    for (const DigestId revision : ids_.revisions) {
      const ManifestNode* node = survey_.graph.node(revision);
      if (node == nullptr || !node->has_subject) continue;
      for (const GraphEdge& edge : survey_.graph.edges(*node))
        if (edge.role == ReferenceRole::subject)
          referrers_.emplace(edge.to, revision);
    }
  }

  void push(DigestId id) {
    if (id != kNoDigest && found_.insert(id).second) waiting_.push_back(id);
  }

  void look_at(DigestId id) {
    if (const ManifestNode* node = survey_.graph.node(id))
      for (const GraphEdge& edge : survey_.graph.edges(*node))
        if (is_child(edge.role)) push(edge.to);
    const auto [first, last] = referrers_.equal_range(id);
    for (auto each = first; each != last; ++each) push(each->second);
  }

  const Survey& survey_;
  const RepositoryIds& ids_;
  std::unordered_multimap<DigestId, DigestId> referrers_;  // by subject
  DigestIds found_;
  std::vector<DigestId> waiting_;
};

// What goes from one repository. All of it is borrowed.
struct TagsThatGo {
  const Survey& survey;
  std::uint32_t position;
  const Repository& repository;
  const RepositoryIds& ids;
  const RequestedParts& parts;
  const Policy& policy;
};

// A revision without a removed tag is not a candidate, nor is one that is not
// a manifest.
bool was_untagged(const TagsThatGo& gone, const UntaggedCandidates& candidates,
                  std::size_t r) {
  if (gone.parts.manifests.contains(gone.repository.revisions[r])) return false;
  const DigestId id = gone.ids.revisions[r];
  const ManifestNode* node = gone.survey.graph.node(id);
  return !candidates.contain(id) || node == nullptr ||
         node->kind == ManifestKind::not_json;
}

bool is_too_young(const TagsThatGo& gone, std::size_t r) {
  const DigestId id = gone.ids.revisions[r];
  return gone.survey.graph.present(id) &&
         gone.policy.is_young(gone.survey.inventory.blobs[id].times());
}

bool keeps(const TagsThatGo& gone, const HistoryEntry& entry) {
  return !gone.parts.tags.contains(entry.tag);
}

// Registry 2.1 linked manifests like layers. Nobody named such a link, so it
// stays, and servers up to 2.8 go on serving what it leads to.
void add_what_layer_links_serve(const TagsThatGo& gone,
                                const UntaggedCandidates& candidates,
                                Closure& closure) {
  for (const DigestId id :
       manifests_with_layer_links(gone.survey.graph, gone.ids))
    if (candidates.contain(id)) closure.add_manifest(id);
}

void add_what_stays(const TagsThatGo& gone,
                    const UntaggedCandidates& candidates, Closure& closure) {
  const RepositoryIds& ids = gone.ids;
  closure.start(gone.position);
  closure.follow_referrers();
  for (std::uint32_t t = 0; t < ids.tags.size(); ++t)
    if (!gone.parts.tags.contains(t)) closure.add_manifest(ids.tags[t]);
  add_roots_of_no_image(closure, ids);
  add_what_layer_links_serve(gone, candidates, closure);
  for (std::size_t r = 0; r < ids.revisions.size(); ++r)
    if (was_untagged(gone, candidates, r) || is_too_young(gone, r))
      closure.add_manifest(ids.revisions[r]);
  for (const HistoryEntry& entry : gone.repository.history)
    if (keeps(gone, entry))
      closure.add_manifest(
          gone.survey.graph.find(gone.survey.inventory, entry.digest));
}

// Returns the revisions that a removed tag names and no kept tag names.
std::set<Digest> untagged_by_request(const TagsThatGo& gone) {
  const Repository& repository = gone.repository;
  std::set<Digest> some;
  for (const std::uint32_t t : gone.parts.tags)
    if (const auto& current = repository.tags[t].current;
        current && !gone.parts.manifests.contains(*current) &&
        std::ranges::binary_search(repository.revisions, *current))
      some.insert(*current);
  for (std::uint32_t t = 0; t < repository.tags.size(); ++t)
    if (repository.tags[t].current && !gone.parts.tags.contains(t))
      some.erase(*repository.tags[t].current);
  return some;
}

UntaggedStays why_it_stays(const TagsThatGo& gone, const Digest& digest) {
  const std::vector<Digest>& revisions = gone.repository.revisions;
  const auto r = static_cast<std::size_t>(
      std::ranges::lower_bound(revisions, digest) - revisions.begin());
  if (is_too_young(gone, r)) return UntaggedStays::too_young;
  for (const HistoryEntry& entry : gone.repository.history)
    if (entry.digest == digest && keeps(gone, entry))
      return UntaggedStays::in_history;
  return UntaggedStays::is_needed;
}

LeftUntagged keep_all(const TagsThatGo& gone) {
  LeftUntagged result;
  for (const Digest& digest : untagged_by_request(gone))
    result.kept.emplace(digest, UntaggedStays::repository_is_pinned);
  return result;
}

// `kept` has reached all that stays.
LeftUntagged take_the_rest(const TagsThatGo& gone,
                           const UntaggedCandidates& candidates,
                           const Closure& kept) {
  LeftUntagged result;
  for (std::size_t r = 0; r < gone.ids.revisions.size(); ++r) {
    const DigestId id = gone.ids.revisions[r];
    const Digest& digest = gone.repository.revisions[r];
    if (candidates.contain(id) && !kept.reached(id) &&
        !gone.parts.manifests.contains(digest))
      result.manifests.insert(digest);
  }
  for (const Digest& digest : untagged_by_request(gone))
    if (!result.manifests.contains(digest))
      result.kept.emplace(digest, why_it_stays(gone, digest));
  return result;
}

LeftUntagged decide_in(const TagsThatGo& gone, Closure& closure) {
  if (is_pinned(gone.survey.diagnosis.pins[gone.position], gone.policy))
    return keep_all(gone);
  UntaggedCandidates candidates(gone.survey, gone.position);
  for (const std::uint32_t t : gone.parts.tags)
    candidates.add(gone.ids.tags[t]);
  add_what_stays(gone, candidates, closure);
  return take_the_rest(gone, candidates, closure);
}

}  // namespace

std::string_view to_string(UntaggedStays why) {
  switch (why) {
    case UntaggedStays::repository_is_pinned:
      return "its repository is kept whole";
    case UntaggedStays::in_history:
      return "it is in the history of a tag that stays";
    case UntaggedStays::too_young:
      return "it is younger than --min-age";
    case UntaggedStays::is_needed:
      break;
  }
  return "a manifest that stays needs it or is about it";
}

std::map<std::uint32_t, LeftUntagged> manifests_left_untagged(
    const Survey& survey, const RequestedRemoval& request,
    const Policy& policy) {
  const AliasIndex aliases(survey.inventory, survey.graph);
  Closure closure(survey.inventory, survey.graph, aliases);
  std::map<std::uint32_t, LeftUntagged> left;
  for (const auto& [i, parts] : request)
    if (!parts.whole && !parts.tags.empty())
      left.emplace(i, decide_in({survey, i, survey.inventory.repositories[i],
                                 survey.graph.repository(i), parts, policy},
                                closure));
  return left;
}

}  // namespace dregs
