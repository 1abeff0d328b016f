#include "gc/retention/ask_rules.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "gc/retention/last_pull_of_tag.h"
#include "gc/retention/rule_verdicts.h"
#include "gc/rules/tag_group.h"

namespace dregs {
namespace {

using Kind = TagRole::Kind;

// Returns the manifests that stay whatever a rule says.
std::set<DigestId> protected_manifests(const RepositoryFacts& facts,
                                       const std::vector<TagRole>& roles) {
  std::set<DigestId> manifests;
  for (std::size_t t = 0; t < roles.size(); ++t)
    if (roles[t].kind == Kind::kept) manifests.insert(facts.ids.tags[t]);
  for (const auto& [id, text] : facts.used().manifests) manifests.insert(id);
  return manifests;
}

// Returns for each rule, by its number, the candidates that it names first.
std::map<std::size_t, std::vector<std::size_t>> candidates_by_rule(
    const std::vector<TagRole>& roles) {
  std::map<std::size_t, std::vector<std::size_t>> by_rule;
  for (std::size_t t = 0; t < roles.size(); ++t)
    if (roles[t].kind == Kind::candidate && roles[t].rule != 0)
      by_rule[roles[t].rule].push_back(t);
  return by_rule;
}

JudgedTag to_judge(const RepositoryFacts& facts, const TagRule& rule,
                   const TagRole& role, std::size_t t,
                   const std::set<DigestId>& protected_ids) {
  const RepositoryTimes& times = facts.input.times[facts.position];
  JudgedTag tag;
  tag.name = facts.repository.tags[t].name;
  tag.group = group_of(tag.name, rule.per, *role.pattern);
  tag.manifest = facts.ids.tags[t];
  tag.manifest_protected = protected_ids.contains(tag.manifest);
  tag.pushed = time_at(times.pushed, t);
  tag.time = rule.time == RetentionTime::created ? time_at(times.created, t)
                                                 : tag.pushed;
  tag.pulled = last_pull(facts.input, facts.position, t);
  return tag;
}

TagDecision decision_of(const TagRule& rule, std::size_t number,
                        const JudgedTag& tag, const TagVerdict& verdict) {
  TagDecision decision;
  decision.goes = verdict.goes;
  decision.fate = decision.goes ? Fate::remove : Fate::keep;
  decision.rule = number;
  decision.by_time = asks_for_time(rule);
  decision.time = rule.time;
  decision.pulled = tag.pulled;
  decision.reason = fmt::format("rule {}: {}", number, verdict.reason);
  return decision;
}

}  // namespace

std::vector<TagDecision> ask_rules(const RepositoryFacts& facts,
                                   const std::vector<TagRole>& roles) {
  const std::set<DigestId> protected_ids = protected_manifests(facts, roles);
  std::vector<TagDecision> decisions(roles.size());
  for (const auto& [number, tags] : candidates_by_rule(roles)) {
    const TagRule& rule = facts.input.policy.rules[number - 1];
    std::vector<JudgedTag> judged;
    judged.reserve(tags.size());
    for (const std::size_t t : tags)
      judged.push_back(to_judge(facts, rule, roles[t], t, protected_ids));
    const std::vector<TagVerdict> verdicts =
        judge(rule, judged, facts.input.now_ns);
    for (std::size_t at = 0; at < tags.size(); ++at)
      decisions[tags[at]] = decision_of(rule, number, judged[at], verdicts[at]);
  }
  return decisions;
}

}  // namespace dregs
