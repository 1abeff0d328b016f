#include "gc/decide/manifests_left_untagged.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gc/mark/closure.h"
#include "gc/mark/roots.h"

namespace dregs {
namespace {

using DigestIds = std::unordered_set<DigestId>;

// What the removed tags reach downwards: children of indexes, and referrers.
// Never subjects: whoever removes the tag of a signature does not mean the
// image.
class UntaggedCandidates {
 public:
  UntaggedCandidates(const Survey& survey, std::uint32_t i, bool follow)
      : survey_(survey),
        repository_(survey.inventory.repositories[i]),
        ids_(survey.graph.repository(i)) {
    note_referrers();
    if (follow) note_named_after();
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
  // Tags that are named after a candidate, with that.
  const std::map<std::uint32_t, DigestId>& following() const {
    return following_;
  }

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

  void note_named_after() {
    for (std::uint32_t t = 0; t < repository_.tags.size(); ++t) {
      const auto subject = subject_of_tag(repository_.tags[t].name);
      if (!subject || !repository_.tags[t].current) continue;
      named_after_.emplace(survey_.graph.find(survey_.inventory, *subject), t);
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
    const auto [from, to] = named_after_.equal_range(id);
    for (auto each = from; each != to; ++each) follow(each->second, id);
  }

  // A client that adds a signature pushes such a tag anew; what it was before
  // is about the same manifest.
  void follow(std::uint32_t tag, DigestId subject) {
    following_.emplace(tag, subject);
    push(ids_.tags[tag]);
    for (const HistoryEntry& entry : repository_.history)
      if (entry.tag == tag)
        push(survey_.graph.find(survey_.inventory, entry.digest));
  }

  const Survey& survey_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  std::unordered_multimap<DigestId, DigestId> referrers_;  // by subject
  std::unordered_multimap<DigestId, std::uint32_t> named_after_;
  std::map<std::uint32_t, DigestId> following_;
  DigestIds found_;
  std::vector<DigestId> waiting_;
};

class UntaggedRepository {
 public:
  UntaggedRepository(const Survey& survey, std::uint32_t i,
                     const RequestedParts& parts, const UntaggedRules& rules,
                     Closure& closure)
      : survey_(survey),
        inventory_(survey.inventory),
        i_(i),
        repository_(inventory_.repositories[i]),
        ids_(survey.graph.repository(i)),
        parts_(parts),
        rules_(rules),
        candidates_(survey, i, rules.signature_tags_follow),
        closure_(closure) {}

  LeftUntagged decide() {
    for (const std::uint32_t t : parts_.tags) candidates_.add(ids_.tags[t]);
    if (is_pinned(survey_.diagnosis.pins[i_], rules_.policy)) {
      keep_all();
    } else {
      add_what_stays();
      add_tags_whose_subject_stays();
      take_the_rest();
    }
    return std::move(result_);
  }

 private:
  void keep_all() {
    for (const Digest& digest : untagged_by_request())
      result_.kept.emplace(digest, UntaggedStays::repository_is_pinned);
  }

  bool stays_with_its_subject(std::uint32_t tag) const {
    return candidates_.following().contains(tag);
  }

  void add_what_stays() {
    closure_.start(i_);
    closure_.follow_referrers();
    for (std::uint32_t t = 0; t < ids_.tags.size(); ++t)
      if (!parts_.tags.contains(t) && !stays_with_its_subject(t))
        closure_.add_manifest(ids_.tags[t]);
    for (const DigestId id : ids_.led_to) closure_.add_manifest(id);
    for (const DigestId id : ids_.stored_otherwise) closure_.add_manifest(id);
    for (const DigestId id : ids_.manifests_among_layers)
      closure_.add_manifest(id);
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (was_untagged(r) || is_too_young(r) || is_asked_for(r))
        closure_.add_manifest(ids_.revisions[r]);
    for (const HistoryEntry& entry : repository_.history)
      if (keeps(entry)) closure_.add_manifest(id_of(entry.digest));
  }

  // What nobody had tagged, and what is no manifest, is not for these rules.
  bool was_untagged(std::size_t r) const {
    if (parts_.manifests.contains(repository_.revisions[r])) return false;
    const ManifestNode* node = survey_.graph.node(ids_.revisions[r]);
    return !candidates_.contain(ids_.revisions[r]) || node == nullptr ||
           node->kind == ManifestKind::not_json;
  }

  bool is_too_young(std::size_t r) const {
    const DigestId id = ids_.revisions[r];
    return survey_.graph.present(id) &&
           rules_.policy.is_young(inventory_.blobs[id].times());
  }

  bool is_asked_for(std::size_t r) const {
    const auto asked = rules_.also_kept.find(i_);
    return asked != rules_.also_kept.end() &&
           std::find(asked->second.begin(), asked->second.end(),
                     repository_.revisions[r]) != asked->second.end();
  }

  bool keeps(const HistoryEntry& entry) const {
    return rules_.history_keeps && !parts_.tags.contains(entry.tag) &&
           !stays_with_its_subject(entry.tag);
  }

  void add_tags_whose_subject_stays() {
    std::map<std::uint32_t, DigestId> left = candidates_.following();
    for (const std::uint32_t t : parts_.tags) left.erase(t);
    for (bool found = true; found;) {
      found = false;
      std::erase_if(left, [&](const auto& tag) {
        if (!closure_.reached(tag.second)) return false;
        add_tag(tag.first);
        return found = true;
      });
    }
    for (const auto& [tag, subject] : left) result_.tags.insert(tag);
  }

  void add_tag(std::uint32_t tag) {
    closure_.add_manifest(ids_.tags[tag]);
    for (const HistoryEntry& entry : repository_.history)
      if (rules_.history_keeps && entry.tag == tag)
        closure_.add_manifest(id_of(entry.digest));
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

  // Revisions that removed tags name, and that no kept tag does.
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
    if (is_asked_for(r)) return UntaggedStays::asked_for;
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
  const UntaggedRules& rules_;
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
    case UntaggedStays::asked_for:
      return "it is kept by a rule";
    case UntaggedStays::is_needed:
      break;
  }
  return "a manifest that stays needs it or is about it";
}

std::map<std::uint32_t, LeftUntagged> manifests_left_untagged(
    const Survey& survey, const RequestedRemoval& request,
    const UntaggedRules& rules) {
  const AliasIndex aliases(survey.inventory, survey.graph);
  Closure closure(survey.inventory, survey.graph, aliases);
  std::map<std::uint32_t, LeftUntagged> left;
  for (const auto& [i, parts] : request)
    if (!parts.whole && !parts.tags.empty())
      left.emplace(
          i, UntaggedRepository(survey, i, parts, rules, closure).decide());
  return left;
}

std::optional<Digest> subject_of_tag(std::string_view tag) {
  constexpr std::string_view kPrefix = "sha256-";
  constexpr std::size_t kHexDigits = 64;
  if (!tag.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = tag.substr(kPrefix.size());
  if (rest.size() > kHexDigits && rest[kHexDigits] != '.') return std::nullopt;
  return Digest::from_hex(rest.substr(0, kHexDigits));
}

}  // namespace dregs
