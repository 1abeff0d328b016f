#include "gc/rules/policy_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "gc/rules/tag_group.h"

namespace dregs {
namespace {

constexpr std::size_t kLongestPolicy = 16 * 1024 * 1024;

using KeyNames = std::vector<std::string_view>;

class PolicyReader {
 public:
  explicit PolicyReader(const std::string& name) { policy_.origin = name; }

  RetentionPolicy run(const std::string& text) {
    const YAML::Node root = load(text);
    check_keys(root, "the policy",
               {"version", "protect", "rules", "untagged", "orphans",
                "min_kept", "pulls"});
    require_version(root);
    policy_.protected_tags = protected_by_default();
    if (const YAML::Node node = at(root, "protect")) read_protect(node);
    if (const YAML::Node node = at(root, "rules"))
      for (const YAML::Node& rule : items(node, "rules"))
        policy_.rules.push_back(read_rule(rule));
    if (const YAML::Node node = at(root, "untagged"))
      for (const YAML::Node& rule : items(node, "untagged"))
        policy_.untagged.push_back(read_untagged(rule));
    if (const YAML::Node node = at(root, "orphans"))
      policy_.remove_orphans =
          choice(node, "orphans", {"keep", "remove"}) == "remove";
    if (const YAML::Node node = at(root, "min_kept"))
      policy_.min_kept = number(node, "min_kept");
    if (const YAML::Node node = at(root, "pulls")) read_pulls(node);
    if (policy_.rules.empty() && policy_.untagged.empty())
      fail(root.Mark(),
           "the policy is empty: it has neither rules nor untagged");
    if (asks_for_pulls(policy_) && policy_.pulls_state.empty())
      fail(root.Mark(),
           "pulled_within needs to know when images were pulled; write pulls: "
           "{state: FILE}, the file of dregs pulls --state");
    return std::move(policy_);
  }

 private:
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& why) const {
    if (mark.is_null()) throw PolicyError(policy_.origin, why);
    throw PolicyError(policy_.origin, why,
                      {static_cast<std::size_t>(mark.line) + 1,
                       static_cast<std::size_t>(mark.column) + 1});
  }

  YAML::Node load(const std::string& text) const {
    if (text.size() > kLongestPolicy)
      throw PolicyError(
          policy_.origin,
          fmt::format("the file is larger than {} MiB", kLongestPolicy >> 20));
    std::vector<YAML::Node> documents;
    try {
      documents = YAML::LoadAll(text);
    } catch (const YAML::Exception& error) {
      fail(error.mark, fmt::format("not YAML: {}", error.msg));
    }
    if (documents.empty() || documents.front().IsNull())
      throw PolicyError(
          policy_.origin,
          "the policy is empty; see docs/retention.md for examples", {1, 1});
    if (documents.size() > 1)
      fail(documents[1].Mark(), "a second document; a policy is one");
    return documents.front();
  }

  // Checks that every key is known and stands there only once.
  void check_keys(const YAML::Node& map, std::string_view what,
                  const KeyNames& known) const {
    if (!map.IsMap())
      fail(map.Mark(), fmt::format("{} is to be a map of {}", what,
                                   fmt::join(known, ", ")));
    std::set<std::string> seen;
    for (const auto& entry : map) {
      const std::string key = text_of(entry.first, "a key");
      if (std::find(known.begin(), known.end(), key) == known.end())
        fail(entry.first.Mark(), fmt::format("{} has no key '{}', but {}", what,
                                             key, fmt::join(known, ", ")));
      if (!seen.insert(key).second)
        fail(entry.first.Mark(),
             fmt::format("'{}' stands here a second time", key));
    }
  }

  // Returns an invalid node where the key is missing. The look-up of yaml-cpp
  // is linear too.
  static YAML::Node at(const YAML::Node& map, std::string_view key) {
    for (const auto& entry : map)
      if (entry.first.Scalar() == key) return entry.second;
    return YAML::Node(YAML::NodeType::Undefined);
  }

  std::string text_of(const YAML::Node& node, std::string_view what) const {
    if (!node.IsScalar())
      fail(node.Mark(), fmt::format("{} is to be a text", what));
    return node.Scalar();
  }

  std::vector<YAML::Node> items(const YAML::Node& node,
                                std::string_view what) const {
    if (!node.IsSequence())
      fail(node.Mark(), fmt::format("{} is to be a list", what));
    return {node.begin(), node.end()};
  }

  std::string choice(const YAML::Node& node, std::string_view what,
                     const KeyNames& words) const {
    std::string text = text_of(node, what);
    if (std::find(words.begin(), words.end(), text) == words.end())
      fail(node.Mark(), fmt::format("{} is '{}', and can be {}", what, text,
                                    fmt::join(words, " or ")));
    return text;
  }

  std::uint64_t number(const YAML::Node& node, std::string_view what) const {
    const std::string text = text_of(node, what);
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc() || rest != end)
      fail(node.Mark(),
           fmt::format("{} is '{}', and is to be a whole number", what, text));
    return value;
  }

  std::uint64_t count(const YAML::Node& node, std::string_view what) const {
    const std::uint64_t value = number(node, what);
    if (value == 0)
      fail(node.Mark(), fmt::format("{}: 0 keeps nothing; leave it out", what));
    return value;
  }

  Age age(const YAML::Node& node, std::string_view what) const {
    try {
      return parse_age(text_of(node, what));
    } catch (const AgeError& error) {
      fail(node.Mark(), fmt::format("{}: {}", what, error.what()));
    }
  }

  std::vector<NamePattern> patterns(const YAML::Node& node,
                                    std::string_view what) const {
    std::vector<NamePattern> all;
    for (const YAML::Node& item : items(node, what)) try {
        all.emplace_back(text_of(item, what));
      } catch (const PatternError& error) {
        fail(item.Mark(), error.what());
      }
    return all;
  }

  std::vector<NamePattern> required_patterns(const YAML::Node& map,
                                             std::string_view key) const {
    const YAML::Node node = at(map, key);
    if (!node)
      fail(map.Mark(), fmt::format("a rule needs {}: [PATTERN, …]", key));
    std::vector<NamePattern> all = patterns(node, key);
    if (all.empty())
      fail(node.Mark(), fmt::format("{} is empty: it names nothing", key));
    return all;
  }

  void require_version(const YAML::Node& root) const {
    const YAML::Node node = at(root, "version");
    if (!node) fail(root.Mark(), "'version: 1' is missing");
    if (text_of(node, "version") != "1")
      fail(node.Mark(), fmt::format("version is '{}', and this dregs knows 1",
                                    node.Scalar()));
  }

  void read_protect(const YAML::Node& node) {
    check_keys(node, "protect", {"tags", "in_use"});
    if (const YAML::Node tags = at(node, "tags"))
      policy_.protected_tags = patterns(tags, "tags");
    if (const YAML::Node files = at(node, "in_use"))
      for (const YAML::Node& file : items(files, "in_use"))
        policy_.in_use.push_back(text_of(file, "in_use"));
  }

  void read_pulls(const YAML::Node& node) {
    check_keys(node, "pulls", {"state", "ignore_agents"});
    const YAML::Node state = at(node, "state");
    if (!state) fail(node.Mark(), "pulls needs state: FILE");
    policy_.pulls_state = text_of(state, "state");
    if (policy_.pulls_state.empty()) fail(state.Mark(), "state is empty");
    if (const YAML::Node agents = at(node, "ignore_agents"))
      for (const YAML::Node& agent : items(agents, "ignore_agents"))
        policy_.ignored_agents.push_back(text_of(agent, "ignore_agents"));
  }

  RetentionTime time_of(const YAML::Node& rule) const {
    const YAML::Node node = at(rule, "time");
    return node && choice(node, "time", {"pushed", "created"}) == "created"
               ? RetentionTime::created
               : RetentionTime::pushed;
  }

  TagRule read_rule(const YAML::Node& node) const {
    check_keys(
        node, "a rule",
        {"repositories", "tags", "per", "sort", "time", "keep", "expire"});
    TagRule rule;
    rule.repositories = required_patterns(node, "repositories");
    rule.tags = required_patterns(node, "tags");
    rule.time = time_of(node);
    if (const YAML::Node keep = at(node, "keep")) rule.keep = read_keep(keep);
    if (const YAML::Node expire = at(node, "expire"))
      rule.expire = age(expire, "expire");
    if (!rule.keep && !rule.expire)
      fail(node.Mark(), "a rule needs keep: {…} or expire: AGE");
    read_order(node, rule);
    if (const YAML::Node per = at(node, "per")) read_per(per, rule);
    return rule;
  }

  KeptTags read_keep(const YAML::Node& node) const {
    check_keys(node, "keep", {"last", "within", "pulled_within"});
    if (node.size() == 0)
      fail(node.Mark(),
           "keep is empty, and would keep nothing; write keep: {last: 10}, "
           "{within: 30d} or both");
    KeptTags keep;
    if (const YAML::Node last = at(node, "last"))
      keep.last = count(last, "last");
    if (const YAML::Node within = at(node, "within"))
      keep.within = age(within, "within");
    if (const YAML::Node pulled = at(node, "pulled_within"))
      keep.pulled_within = age(pulled, "pulled_within");
    return keep;
  }

  void read_order(const YAML::Node& node, TagRule& rule) const {
    const YAML::Node sort = at(node, "sort");
    if (!sort) return;
    if (choice(sort, "sort", {"time", "semver"}) == "semver")
      rule.sort = RetentionOrder::semver;
    if (!rule.keep || !rule.keep->last)
      fail(sort.Mark(),
           "sort says which are the last: it needs keep: {last: "
           "N}");
  }

  void read_per(const YAML::Node& node, TagRule& rule) const {
    rule.per = text_of(node, "per");
    if (!rule.keep || !rule.keep->last)
      fail(node.Mark(),
           "per groups what last counts: it needs keep: {last: N}");
    try {
      check_per(rule.per, rule.tags);
    } catch (const PatternError& error) {
      fail(node.Mark(), error.what());
    }
  }

  UntaggedRule read_untagged(const YAML::Node& node) const {
    check_keys(node, "an untagged rule", {"repositories", "time", "keep"});
    UntaggedRule rule;
    rule.repositories = required_patterns(node, "repositories");
    rule.time = time_of(node);
    const YAML::Node keep = at(node, "keep");
    if (!keep) fail(node.Mark(), "an untagged rule needs keep: {…}");
    check_keys(keep, "keep of an untagged rule", {"revisions", "within"});
    if (keep.size() == 0)
      fail(keep.Mark(),
           "keep is empty, and would keep nothing; write keep: {revisions: "
           "3}, {within: 7d} or both");
    if (const YAML::Node revisions = at(keep, "revisions"))
      rule.revisions = count(revisions, "revisions");
    if (const YAML::Node within = at(keep, "within"))
      rule.within = age(within, "within");
    return rule;
  }

  RetentionPolicy policy_;
};

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
  return PolicyReader(name).run(text);
}

}  // namespace dregs
