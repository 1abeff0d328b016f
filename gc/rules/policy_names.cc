#include "gc/rules/policy_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gc/names/selection.h"
#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

class NameCheck {
 public:
  NameCheck(const RetentionPolicy& policy, const Inventory& inventory)
      : policy_(policy), repositories_(inventory.repositories) {
    for (std::size_t i = 0; i < repositories_.size(); ++i)
      by_name_.emplace(repositories_[i].name, i);
  }

  void run() {
    for (std::size_t r = 0; r < policy_.rules.size(); ++r) {
      const std::string rule = fmt::format("rule {}", r + 1);
      require_repositories(policy_.rules[r].repositories, rule);
      for (const NamePattern& tag : policy_.rules[r].tags)
        if (tag.is_literal())
          require_tag(tag.text(), policy_.rules[r].repositories, rule);
    }
    for (std::size_t r = 0; r < policy_.untagged.size(); ++r)
      require_repositories(policy_.untagged[r].repositories,
                           fmt::format("untagged rule {}", r + 1));
    for (const NamePattern& tag : policy_.protected_tags)
      if (tag.is_literal() && tag.text() != "latest")
        require_tag(tag.text(), {NamePattern("**")}, "protect");
    require_something();
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw PolicyError(policy_.origin, why);
  }

  static std::string suggestion(const std::string& wanted,
                                const std::vector<std::string>& names) {
    const std::vector<std::string> near = nearest_names(wanted, names, 1);
    return near.empty()
               ? ""
               : fmt::format("; did you mean '{}'?", escaped(near.front()));
  }

  void require_repositories(const std::vector<NamePattern>& patterns,
                            const std::string& where) const {
    for (const NamePattern& each : patterns) {
      if (!each.is_literal() || by_name_.contains(each.text())) continue;
      std::vector<std::string> names;
      names.reserve(repositories_.size());
      for (const Repository& repository : repositories_)
        names.push_back(repository.name);
      fail(fmt::format("{}: there is no repository '{}'{}", where,
                       escaped(each.text()), suggestion(each.text(), names)));
    }
  }

  // A literal name is looked up by binary search, because a policy may have
  // thousands of names.
  bool any_has(const std::string& tag,
               const std::vector<NamePattern>& patterns) const {
    const auto has = [&](const Repository& repository) {
      const auto at =
          std::lower_bound(repository.tags.begin(), repository.tags.end(), tag,
                           [](const Tag& each, const std::string& name) {
                             return each.name < name;
                           });
      return at != repository.tags.end() && at->name == tag;
    };
    return std::any_of(
        patterns.begin(), patterns.end(), [&](const NamePattern& pattern) {
          if (pattern.is_literal())
            return has(repositories_[by_name_.at(pattern.text())]);
          return std::any_of(repositories_.begin(), repositories_.end(),
                             [&](const Repository& repository) {
                               return has(repository) &&
                                      pattern.matches(repository.name);
                             });
        });
  }

  void require_tag(const std::string& tag,
                   const std::vector<NamePattern>& patterns,
                   const std::string& where) const {
    if (any_has(tag, patterns)) return;
    std::unordered_set<std::string> names;
    for (const Repository& repository : repositories_)
      if (first_match(patterns, repository.name) != nullptr)
        for (const Tag& each : repository.tags) names.insert(each.name);
    fail(fmt::format(
        "{}: there is no tag '{}'{}; write '/^{}$/' if it may be "
        "absent",
        where, escaped(tag), suggestion(tag, {names.begin(), names.end()}),
        escaped(tag)));
  }

  bool names_any(const TagRule& rule) const {
    return std::any_of(
        repositories_.begin(), repositories_.end(),
        [&](const Repository& repository) {
          return first_match(rule.repositories, repository.name) != nullptr &&
                 std::any_of(repository.tags.begin(), repository.tags.end(),
                             [&](const Tag& tag) {
                               return first_match(rule.tags, tag.name) !=
                                      nullptr;
                             });
        });
  }

  bool names_any(const UntaggedRule& rule) const {
    return std::any_of(repositories_.begin(), repositories_.end(),
                       [&](const Repository& repository) {
                         return first_match(rule.repositories,
                                            repository.name) != nullptr;
                       });
  }

  void require_something() const {
    const auto names = [this](const auto& rule) { return names_any(rule); };
    if (!std::any_of(policy_.rules.begin(), policy_.rules.end(), names) &&
        (!policy_.rules.empty() ||
         !std::any_of(policy_.untagged.begin(), policy_.untagged.end(), names)))
      fail("the policy names no tag that is here");
  }

  const RetentionPolicy& policy_;
  const std::vector<Repository>& repositories_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace

void require_names(const RetentionPolicy& policy, const Inventory& inventory) {
  NameCheck(policy, inventory).run();
}

}  // namespace dregs
