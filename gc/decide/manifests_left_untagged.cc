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

class UntaggedRepository {
 public:
  UntaggedRepository(const Survey& survey, std::uint32_t i,
                     const RequestedParts& parts, const Policy& policy,
                     Closure& closure)
      : survey_(survey),
        inventory_(survey.inventory),
        i_(i),
        repository_(inventory_.repositories[i]),
        ids_(survey.graph.repository(i)),
        parts_(parts),
        policy_(policy),
        candidates_(survey, i),
        closure_(closure) {}

  LeftUntagged decide() {
    for (const std::uint32_t t : parts_.tags) candidates_.add(ids_.tags[t]);
    if (is_pinned(survey_.diagnosis.pins[i_], policy_)) {
      keep_all();
    } else {
      add_what_stays();
      take_the_rest();
    }
    return std::move(result_);
  }

 private:
  void keep_all() {
    for (const Digest& digest : untagged_by_request())
      result_.kept.emplace(digest, UntaggedStays::repository_is_pinned);
  }

  void add_what_stays() {
    closure_.start(i_);
    closure_.follow_referrers();
    for (std::uint32_t t = 0; t < ids_.tags.size(); ++t)
      if (!parts_.tags.contains(t)) closure_.add_manifest(ids_.tags[t]);
    for (const DigestId id : ids_.led_to) closure_.add_manifest(id);
    for (const DigestId id : ids_.stored_otherwise) closure_.add_manifest(id);
    for (const DigestId id : ids_.manifests_among_layers)
      closure_.add_manifest(id);
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (was_untagged(r) || is_too_young(r))
        closure_.add_manifest(ids_.revisions[r]);
    for (const HistoryEntry& entry : repository_.history)
      if (keeps(entry)) closure_.add_manifest(id_of(entry.digest));
  }

  // A revision without a removed tag is not a candidate, nor is one that is not
  // a manifest.
  bool was_untagged(std::size_t r) const {
    if (parts_.manifests.contains(repository_.revisions[r])) return false;
    const ManifestNode* node = survey_.graph.node(ids_.revisions[r]);
    return !candidates_.contain(ids_.revisions[r]) || node == nullptr ||
           node->kind == ManifestKind::not_json;
  }

  bool is_too_young(std::size_t r) const {
    const DigestId id = ids_.revisions[r];
    return survey_.graph.present(id) &&
           policy_.is_young(inventory_.blobs[id].times());
  }

  bool keeps(const HistoryEntry& entry) const {
    return !parts_.tags.contains(entry.tag);
  }

  void take_the_rest() {
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (candidates_.contain(ids_.revisions[r]) &&
          !closure_.reached(ids_.revisions[r]) &&
          !parts_.manifests.contains(repository_.revisions[r]))
        result_.manifests.insert(repository_.revisions[r]);
    for (const Digest& digest : untagged_by_request())
      if (!result_.manifests.contains(digest))
        result_.kept.emplace(digest, why_it_stays(digest));
  }

  // Returns the revisions that a removed tag names and no kept tag names.
  std::set<Digest> untagged_by_request() const {
    std::set<Digest> some;
    for (const std::uint32_t t : parts_.tags)
      if (const auto& current = repository_.tags[t].current;
          current && !parts_.manifests.contains(*current) &&
          std::binary_search(repository_.revisions.begin(),
                             repository_.revisions.end(), *current))
        some.insert(*current);
    for (std::uint32_t t = 0; t < repository_.tags.size(); ++t)
      if (repository_.tags[t].current && !parts_.tags.contains(t))
        some.erase(*repository_.tags[t].current);
    return some;
  }

  UntaggedStays why_it_stays(const Digest& digest) const {
    const auto r = static_cast<std::size_t>(
        std::lower_bound(repository_.revisions.begin(),
                         repository_.revisions.end(), digest) -
        repository_.revisions.begin());
    if (is_too_young(r)) return UntaggedStays::too_young;
    for (const HistoryEntry& entry : repository_.history)
      if (entry.digest == digest && keeps(entry))
        return UntaggedStays::in_history;
    return UntaggedStays::is_needed;
  }

  DigestId id_of(const Digest& digest) const {
    return survey_.graph.find(inventory_, digest);
  }

  const Survey& survey_;
  const Inventory& inventory_;
  std::uint32_t i_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  const RequestedParts& parts_;
  const Policy& policy_;
  UntaggedCandidates candidates_;
  Closure& closure_;
  LeftUntagged result_;
};

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
      left.emplace(
          i, UntaggedRepository(survey, i, parts, policy, closure).decide());
  return left;
}

}  // namespace dregs
