#include "gc/rules/policy_file.h"

#include <fmt/format.h>

#include "gc/rules/policy_node.h"
#include "gc/rules/policy_values.h"
#include "gc/rules/tag_group.h"

namespace dregs {
namespace {

void require_version(const PolicyNode& root) {
  const auto node = root.at("version");
  if (!node) root.fail("'version: 1' is missing");
  const std::string version = node->text("version");
  if (version != "1")
    node->fail(fmt::format("version is '{}', and this dregs knows 1", version));
}

void read_protect(const PolicyNode& node, RetentionPolicy& policy) {
  node.check_keys("protect", {"tags", "in_use"});
  if (const auto tags = node.at("tags"))
    policy.protected_tags = read_patterns(*tags, "tags");
  if (const auto files = node.at("in_use"))
    policy.in_use = read_texts(*files, "in_use");
}

void read_pulls(const PolicyNode& node, RetentionPolicy& policy) {
  node.check_keys("pulls", {"state", "ignore_agents"});
  const auto state = node.at("state");
  if (!state) node.fail("pulls needs state: FILE");
  policy.pulls_state = state->text("state");
  if (policy.pulls_state.empty()) state->fail("state is empty");
  if (const auto agents = node.at("ignore_agents"))
    policy.ignored_agents = read_texts(*agents, "ignore_agents");
}

RetentionTime time_of(const PolicyNode& rule) {
  const auto node = rule.at("time");
  return node && read_choice(*node, "time", {"pushed", "created"}) == "created"
             ? RetentionTime::created
             : RetentionTime::pushed;
}

KeptTags read_keep(const PolicyNode& node) {
  node.check_keys("keep", {"last", "within", "pulled_within"});
  if (node.is_empty())
    node.fail(
        "keep is empty, and would keep nothing; write keep: {last: 10}, "
        "{within: 30d} or both");
  KeptTags keep;
  if (const auto last = node.at("last")) keep.last = read_count(*last, "last");
  if (const auto within = node.at("within"))
    keep.within = read_age(*within, "within");
  if (const auto pulled = node.at("pulled_within"))
    keep.pulled_within = read_age(*pulled, "pulled_within");
  return keep;
}

bool counts_the_last(const TagRule& rule) {
  return rule.keep && rule.keep->last;
}

RetentionOrder read_order(const PolicyNode& sort, const TagRule& rule) {
  const bool by_version =
      read_choice(sort, "sort", {"time", "semver"}) == "semver";
  if (!counts_the_last(rule))
    sort.fail("sort says which are the last: it needs keep: {last: N}");
  return by_version ? RetentionOrder::semver : rule.sort;
}

std::string read_per(const PolicyNode& node, const TagRule& rule) {
  std::string per = node.text("per");
  if (!counts_the_last(rule))
    node.fail("per groups what last counts: it needs keep: {last: N}");
  try {
    check_per(per, rule.tags);
  } catch (const PatternError& error) {
    node.fail(error.what());
  }
  return per;
}

TagRule read_rule(const PolicyNode& node) {
  node.check_keys("a rule", {"repositories", "tags", "per", "sort", "time",
                             "keep", "expire"});
  TagRule rule;
  rule.repositories = read_required_patterns(node, "repositories");
  rule.tags = read_required_patterns(node, "tags");
  rule.time = time_of(node);
  if (const auto keep = node.at("keep")) rule.keep = read_keep(*keep);
  if (const auto expire = node.at("expire"))
    rule.expire = read_age(*expire, "expire");
  if (!rule.keep && !rule.expire)
    node.fail("a rule needs keep: {…} or expire: AGE");
  if (const auto sort = node.at("sort")) rule.sort = read_order(*sort, rule);
  if (const auto per = node.at("per")) rule.per = read_per(*per, rule);
  return rule;
}

UntaggedRule read_untagged(const PolicyNode& node) {
  node.check_keys("an untagged rule", {"repositories", "time", "keep"});
  UntaggedRule rule;
  rule.repositories = read_required_patterns(node, "repositories");
  rule.time = time_of(node);
  const auto keep = node.at("keep");
  if (!keep) node.fail("an untagged rule needs keep: {…}");
  keep->check_keys("keep of an untagged rule", {"revisions", "within"});
  if (keep->is_empty())
    keep->fail(
        "keep is empty, and would keep nothing; write keep: {revisions: 3}, "
        "{within: 7d} or both");
  if (const auto revisions = keep->at("revisions"))
    rule.revisions = read_count(*revisions, "revisions");
  if (const auto within = keep->at("within"))
    rule.within = read_age(*within, "within");
  return rule;
}

void read_rules(const PolicyNode& root, RetentionPolicy& policy) {
  if (const auto rules = root.at("rules"))
    for (const PolicyNode& rule : rules->items("rules"))
      policy.rules.push_back(read_rule(rule));
  if (const auto rules = root.at("untagged"))
    for (const PolicyNode& rule : rules->items("untagged"))
      policy.untagged.push_back(read_untagged(rule));
}

void require_sense(const PolicyNode& root, const RetentionPolicy& policy) {
  if (policy.rules.empty() && policy.untagged.empty())
    root.fail("the policy is empty: it has neither rules nor untagged");
  if (asks_for_pulls(policy) && policy.pulls_state.empty())
    root.fail(
        "pulled_within needs to know when images were pulled; write pulls: "
        "{state: FILE}, the file of dregs pulls --state");
}

}  // namespace

PolicyError::PolicyError(const std::string& file, const std::string& why,
                         PolicyPlace place)
    : std::runtime_error(place.line == 0
                             ? fmt::format("{}: {}", file, why)
                             : fmt::format("{}:{}:{}: {}", file, place.line,
                                           place.column, why)),
      why_(why),
      place_(place) {}

RetentionPolicy parse_retention_policy(const std::string& text,
                                       const std::string& name) {
  const PolicyNode root = load_policy(text, name);
  root.check_keys("the policy", {"version", "protect", "rules", "untagged",
                                 "orphans", "min_kept", "pulls"});
  require_version(root);
  RetentionPolicy policy;
  policy.origin = name;
  policy.protected_tags = protected_by_default();
  if (const auto protect = root.at("protect")) read_protect(*protect, policy);
  read_rules(root, policy);
  if (const auto orphans = root.at("orphans"))
    policy.remove_orphans =
        read_choice(*orphans, "orphans", {"keep", "remove"}) == "remove";
  if (const auto least = root.at("min_kept"))
    policy.min_kept = read_number(*least, "min_kept");
  if (const auto pulls = root.at("pulls")) read_pulls(*pulls, policy);
  require_sense(root, policy);
  return policy;
}

}  // namespace dregs
