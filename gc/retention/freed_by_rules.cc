#include "gc/retention/freed_by_rules.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "gc/decide/plan.h"
#include "gc/decide/survey_after.h"
#include "gc/facts/repository_images.h"
#include "gc/mark/closure.h"
#include "gc/mark/mark.h"

namespace dregs {
namespace {

// Who needs a blob that goes: nobody yet, one, or several.
class BlobOwners {
 public:
  explicit BlobOwners(std::size_t blobs) : owners_(blobs, kNobody) {}

  void add(BlobId blob, std::uint32_t owner) {
    std::uint32_t& now = owners_[blob];
    if (now == kNobody)
      now = owner;
    else if (now != owner)
      now = kSeveral;
  }

  // Adds the bytes of a blob where its owner counts.
  void count(BlobId blob, std::uint64_t bytes,
             std::vector<std::uint64_t>& owned, std::uint64_t& several,
             std::uint64_t& rest) const {
    const std::uint32_t owner = owners_[blob];
    (owner == kNobody    ? rest
     : owner == kSeveral ? several
                         : owned[owner]) += bytes;
  }

 private:
  static constexpr std::uint32_t kNobody =
      std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kSeveral = kNobody - 1;
  std::vector<std::uint32_t> owners_;
};

// By BlobId; 0 where it stays, or frees nothing.
std::vector<std::uint64_t> planned_bytes(const Survey& survey,
                                         const Policy& policy) {
  std::vector<std::uint64_t> bytes(survey.inventory.blobs.size(), 0);
  const MarkSet marks =
      mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  const Plan plan = make_plan(survey.inventory, marks, policy);
  for (const Removal& removal : plan.removals)
    if (removal.kind == RemovalKind::blob)
      if (const auto id = survey.inventory.blobs.find(removal.digest))
        bytes[*id] = removal.bytes;
  return bytes;
}

// What goes by the decision, and would not go without it.
std::vector<std::uint64_t> bytes_that_go(const Survey& survey,
                                         const RetentionDecision& decision,
                                         const Policy& policy) {
  std::vector<std::uint64_t> then =
      planned_bytes(survey_after(survey, removal_of(decision)), policy);
  const std::vector<std::uint64_t> before = planned_bytes(survey, policy);
  for (std::size_t id = 0; id < then.size(); ++id)
    if (before[id] != 0) then[id] = 0;
  return then;
}

// Tags that go, and that no rule names.
std::vector<std::uint32_t> unowned_tags(const std::vector<TagDecision>& tags) {
  std::vector<std::uint32_t> unowned;
  for (std::uint32_t t = 0; t < tags.size(); ++t)
    if (tags[t].goes && tags[t].rule == 0) unowned.push_back(t);
  return unowned;
}

// By owner: a rule for tags, or after those one for untagged manifests.
using Roots = std::map<std::size_t, std::vector<DigestId>>;

Roots roots_in(const Survey& survey, std::uint32_t i,
               const RepositoryDecision& decision, std::size_t tag_rules) {
  Roots roots;
  const std::vector<DigestId>& ids = survey.graph.repository(i).tags;
  for (std::uint32_t t = 0; t < ids.size(); ++t)
    if (const TagDecision& tag = decision.tags[t]; tag.goes && tag.rule != 0)
      roots[tag.rule - 1].push_back(ids[t]);
  for (const ManifestDecision& manifest : decision.manifests)
    if (manifest.goes && manifest.untagged_rule != 0)
      roots[tag_rules + manifest.untagged_rule - 1].push_back(
          survey.graph.find(survey.inventory, manifest.digest));
  return roots;
}

// What goes, and is not reached from what the rules name.
std::vector<DigestId> left_in(const Survey& survey, std::uint32_t i,
                              const RepositoryDecision& decision,
                              const std::set<DigestId>& reached) {
  std::vector<DigestId> left;
  for (const std::uint32_t t : unowned_tags(decision.tags))
    left.push_back(survey.graph.repository(i).tags[t]);
  for (const ManifestDecision& manifest : decision.manifests)
    if (manifest.goes)
      left.push_back(survey.graph.find(survey.inventory, manifest.digest));
  std::erase_if(left, [&](DigestId id) { return reached.contains(id); });
  return left;
}

class RuleBytes {
 public:
  RuleBytes(const RetentionInput& input, const RetentionDecision& decision,
            const Policy& policy)
      : input_(input),
        decision_(decision),
        policy_(policy),
        inventory_(input.survey.inventory),
        graph_(input.survey.graph),
        aliases_(inventory_, graph_),
        closure_(inventory_, graph_, aliases_),
        by_rule_(inventory_.blobs.size()),
        by_repository_(inventory_.blobs.size()) {}

  FreedByRules run() {
    for (std::uint32_t i = 0; i < decision_.size(); ++i)
      if (decision_[i].considered) look_at(i);
    const std::vector<std::uint64_t> freed =
        bytes_that_go(input_.survey, decision_, policy_);
    FreedByRules result;
    result.repositories.resize(decision_.size());
    std::vector<std::uint64_t> owned(rules() + untagged() + 1);
    for (BlobId id = 0; id < freed.size(); ++id) {
      by_rule_.count(id, freed[id], owned, result.several, result.rest);
      by_repository_.count(id, freed[id], result.repositories,
                           result.in_several, result.in_several);
    }
    const auto first_untagged =
        owned.begin() + static_cast<std::ptrdiff_t>(rules());
    result.rules.assign(owned.begin(), first_untagged);
    result.untagged.assign(first_untagged, owned.end() - 1);
    result.rest += owned.back();
    return result;
  }

 private:
  std::size_t rules() const { return input_.policy.rules.size(); }
  std::size_t untagged() const { return input_.policy.untagged.size(); }
  std::size_t rest() const { return rules() + untagged(); }

  // First what rules name goes, with its signatures and referrers. What is left
  // then belongs to nobody here.
  void look_at(std::uint32_t i) {
    const std::vector<std::uint32_t> others = unowned_tags(decision_[i].tags);
    std::set<DigestId> reached;
    for (const auto& [owner, manifests] :
         roots_in(input_.survey, i, decision_[i], rules()))
      follow(i, owner, manifests, others, reached);
    follow(i, rest(), left_in(input_.survey, i, decision_[i], reached), {},
           reached);
  }

  void follow(std::uint32_t i, std::size_t owner,
              const std::vector<DigestId>& manifests,
              const std::vector<std::uint32_t>& others,
              std::set<DigestId>& reached) {
    if (manifests.empty()) return;
    closure_.start(i);
    closure_.follow_referrers();
    for (const DigestId id : manifests) closure_.add_manifest(id);
    while (add_signatures(i, others)) continue;
    for (const DigestId id : closure_.order()) {
      reached.insert(id);
      if (!graph_.present(id)) continue;
      by_rule_.add(id, static_cast<std::uint32_t>(owner));
      by_repository_.add(id, i);
    }
  }

  // A signature's tag leads to the signature; its name leads to the subject.
  bool add_signatures(std::uint32_t i,
                      const std::vector<std::uint32_t>& others) {
    bool added = false;
    for (const std::uint32_t t : others) {
      const DigestId id = graph_.repository(i).tags[t];
      const auto subject =
          subject_in_name(inventory_.repositories[i].tags[t].name);
      if (!subject || closure_.reached(id)) continue;
      const DigestId about = graph_.find(inventory_, *subject);
      if (about == kNoDigest || !closure_.reached(about)) continue;
      closure_.add_manifest(id);
      added = true;
    }
    return added;
  }

  const RetentionInput& input_;
  const RetentionDecision& decision_;
  const Policy& policy_;
  const Inventory& inventory_;
  const ManifestGraph& graph_;
  AliasIndex aliases_;
  Closure closure_;
  BlobOwners by_rule_;
  BlobOwners by_repository_;
};

}  // namespace

std::uint64_t FreedByRules::all() const {
  const auto sum = [](const std::vector<std::uint64_t>& bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
  };
  return sum(rules) + sum(untagged) + several + rest;
}

FreedByRules freed_by_rules(const RetentionInput& input,
                            const RetentionDecision& decision,
                            const Policy& policy) {
  return RuleBytes(input, decision, policy).run();
}

}  // namespace dregs
