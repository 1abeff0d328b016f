#include "gc/rules/policy_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gc/names/selection.h"
#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

// The repositories of the store, which are borrowed.
struct StoreNames {
  explicit StoreNames(const std::vector<Repository>& all) : repositories(all) {
    for (const Repository& repository : all)
      by_name.emplace(repository.name, &repository);
  }

  const std::vector<Repository>& repositories;
  std::unordered_map<std::string, const Repository*> by_name;
};

std::string suggestion(const std::string& wanted,
                       const std::vector<std::string>& names) {
  const std::vector<std::string> near = nearest_names(wanted, names, 1);
  return near.empty()
             ? ""
             : fmt::format("; did you mean '{}'?", escaped(near.front()));
}

// `where` is the part of the policy, for messages.
void require_repositories(const StoreNames& store, const std::string& policy,
                          const std::vector<NamePattern>& patterns,
                          const std::string& where) {
  for (const NamePattern& each : patterns) {
    if (!each.is_literal() || store.by_name.contains(each.text())) continue;
    std::vector<std::string> names;
    names.reserve(store.repositories.size());
    for (const Repository& repository : store.repositories)
      names.push_back(repository.name);
    throw PolicyError(policy, fmt::format("{}: there is no repository '{}'{}",
                                          where, escaped(each.text()),
                                          suggestion(each.text(), names)));
  }
}

// A literal name is looked up by binary search, because a policy may have
// thousands of names.
bool has_tag(const Repository& repository, const std::string& tag) {
  return std::ranges::binary_search(repository.tags, tag, {}, &Tag::name);
}

bool any_has(const StoreNames& store, const std::string& tag,
             const NamePattern& pattern) {
  if (pattern.is_literal())
    return has_tag(*store.by_name.at(pattern.text()), tag);
  return std::any_of(store.repositories.begin(), store.repositories.end(),
                     [&](const Repository& repository) {
                       return has_tag(repository, tag) &&
                              pattern.matches(repository.name);
                     });
}

void require_tag(const StoreNames& store, const std::string& policy,
                 const std::string& tag,
                 const std::vector<NamePattern>& patterns,
                 const std::string& where) {
  if (std::any_of(patterns.begin(), patterns.end(),
                  [&](const NamePattern& pattern) {
                    return any_has(store, tag, pattern);
                  }))
    return;
  std::unordered_set<std::string> names;
  for (const Repository& repository : store.repositories)
    if (first_match(patterns, repository.name) != nullptr)
      for (const Tag& each : repository.tags) names.insert(each.name);
  throw PolicyError(
      policy,
      fmt::format(
          "{}: there is no tag '{}'{}; write '/^{}$/' if it may be absent",
          where, escaped(tag), suggestion(tag, {names.begin(), names.end()}),
          escaped(tag)));
}

bool names_any(const TagRule& rule, const Repository& repository) {
  return first_match(rule.repositories, repository.name) != nullptr &&
         std::any_of(repository.tags.begin(), repository.tags.end(),
                     [&](const Tag& tag) {
                       return first_match(rule.tags, tag.name) != nullptr;
                     });
}

bool names_any(const UntaggedRule& rule, const Repository& repository) {
  return first_match(rule.repositories, repository.name) != nullptr;
}

template <class Rule>
bool any_names_any(const std::vector<Rule>& rules, const StoreNames& store) {
  return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
    return std::any_of(store.repositories.begin(), store.repositories.end(),
                       [&](const Repository& repository) {
                         return names_any(rule, repository);
                       });
  });
}

void require_something(const StoreNames& store, const RetentionPolicy& policy) {
  if (!any_names_any(policy.rules, store) &&
      (!policy.rules.empty() || !any_names_any(policy.untagged, store)))
    throw PolicyError(policy.origin, "the policy names no tag that is here");
}

}  // namespace

void require_names(const RetentionPolicy& policy, const Inventory& inventory) {
  const StoreNames store(inventory.repositories);
  const std::string& name = policy.origin;
  for (std::size_t r = 0; r < policy.rules.size(); ++r) {
    const TagRule& rule = policy.rules[r];
    const std::string where = fmt::format("rule {}", r + 1);
    require_repositories(store, name, rule.repositories, where);
    for (const NamePattern& tag : rule.tags)
      if (tag.is_literal())
        require_tag(store, name, tag.text(), rule.repositories, where);
  }
  for (std::size_t r = 0; r < policy.untagged.size(); ++r)
    require_repositories(store, name, policy.untagged[r].repositories,
                         fmt::format("untagged rule {}", r + 1));
  for (const NamePattern& tag : policy.protected_tags)
    if (tag.is_literal() && tag.text() != "latest")
      require_tag(store, name, tag.text(), {NamePattern("**")}, "protect");
  require_something(store, policy);
}

}  // namespace dregs
