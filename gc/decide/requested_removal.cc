#include "gc/decide/requested_removal.h"

#include <algorithm>

#include "gc/decide/survey_after.h"
#include "gc/mark/closure.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

// gc's planner plans a whole repository, if told that nothing in it is kept
// and that everything else is. It sees names alone of what stays.
class WholeRepositories {
 public:
  WholeRepositories(const Inventory& inventory, const RequestedRemoval& request)
      : inventory_(inventory), request_(request) {}

  Plan plan() {
    const std::size_t all = inventory_.repositories.size();
    left_.namespaces = inventory_.namespaces;
    left_.repositories.resize(all);
    marks_.repositories.resize(all);
    for (std::size_t i = 0; i < all; ++i) {
      left_.repositories[i].name = inventory_.repositories[i].name;
      marks_.repositories[i].pinned = true;
    }
    for (const auto& [i, parts] : request_)
      if (parts.whole) take(i);
    Policy policy;
    policy.uploads_older_than_ns = 0;
    Plan plan = make_plan(left_, marks_, policy);
    leave_unrelated_folders(plan);
    for (Removal& removal : plan.removals)
      if (removal.kind != RemovalKind::folder)
        removal.reason = RemovalReason::requested;
    return plan;
  }

 private:
  void take(std::uint32_t i) {
    Repository& repository = left_.repositories[i];
    repository = inventory_.repositories[i];
    repository.tags.clear();
    repository.history.clear();
    repository.has_foreign_entries |= !leftover_pins(inventory_, i).empty();
    RepositoryMark& mark = marks_.repositories[i];
    mark.pinned = false;
    mark.revisions.assign(repository.revisions.size(), false);
    mark.layers.assign(repository.layers.size(), false);
    mark.aliases.assign(repository.aliases.size(), false);
  }

  // The planner finds folders that were empty before, too.
  void leave_unrelated_folders(Plan& plan) const {
    std::set<std::string_view> above;
    for (const auto& [i, parts] : request_)
      for (std::string_view path = inventory_.repositories[i].name;
           parts.whole && !path.empty(); path = layout::parent(path))
        above.insert(path);
    std::erase_if(plan.removals, [&](const Removal& removal) {
      if (removal.kind != RemovalKind::folder ||
          removal.repository != kNoRepository)
        return false;
      const std::string_view path = removal.name.text();
      return !above.contains(path.substr(layout::kRepositories.size() + 1));
    });
  }

  const Inventory& inventory_;
  const RequestedRemoval& request_;
  Inventory left_;
  MarkSet marks_;
};

void add_parts(const Inventory& inventory, std::uint32_t i,
               const RequestedParts& parts, Plan& plan) {
  const Repository& repository = inventory.repositories[i];
  const auto add = [&](RemovalKind kind, RemovalReason reason) -> Removal& {
    Removal& removal = plan.removals.emplace_back();
    removal.kind = kind;
    removal.reason = reason;
    removal.repository = i;
    return removal;
  };
  for (const std::uint32_t tag : parts.tags)
    add(RemovalKind::tag, RemovalReason::requested).name =
        repository.tags[tag].name;
  for (const Digest& digest : parts.manifests)
    if (std::binary_search(repository.revisions.begin(),
                           repository.revisions.end(), digest))
      add(RemovalKind::revision, parts.left_untagged.contains(digest)
                                     ? RemovalReason::untagged
                                     : RemovalReason::requested)
          .digest = digest;
  for (const HistoryEntry& entry : repository.history) {
    // A tag without a target keeps its history, the only trace of what it was.
    const Tag& tag = repository.tags[entry.tag];
    if (parts.tags.contains(entry.tag) || !tag.current ||
        !parts.manifests.contains(entry.digest))
      continue;
    Removal& removal =
        add(RemovalKind::tag_history, RemovalReason::revision_removed);
    removal.digest = entry.digest;
    removal.name = tag.name;
  }
}

// The index's name in words, for a refusal.
std::string index_name(const Repository& repository, const Digest& digest) {
  for (const Tag& tag : repository.tags)
    if (tag.current == digest) return repository.name + ":" + tag.name;
  return repository.name + "@" + digest.to_string();
}

class KeptIndexes {
 public:
  KeptIndexes(const Survey& survey, std::uint32_t i,
              const RequestedParts& parts, const AliasIndex& aliases,
              Closure& closure)
      : survey_(survey),
        repository_(survey.inventory.repositories[i]),
        ids_(survey.graph.repository(i)),
        parts_(parts),
        aliases_(aliases),
        closure_(closure) {
    closure_.start(i);
  }

  void refuse(std::vector<Refusal>& refusals) {
    add_kept_roots();
    for (const ManifestNode* node : closure_.manifests())
      if (!goes(node->id))
        for (const DigestId child : children_of(*node))
          if (goes(child)) refusals.push_back(refusal(child, node->id));
  }

 private:
  void add_kept_roots() {
    for (const DigestId id : ids_.revisions)
      if (!goes(id)) closure_.add_manifest(id);
    for (std::uint32_t t = 0; t < ids_.tags.size(); ++t)
      if (!parts_.tags.contains(t)) closure_.add_manifest(ids_.tags[t]);
    for (const auto* each : {&ids_.led_to, &ids_.stored_otherwise})
      for (const DigestId id : *each) closure_.add_manifest(id);
  }

  std::vector<DigestId> children_of(const ManifestNode& node) const {
    std::vector<DigestId> children;
    for (const GraphEdge& edge : survey_.graph.edges(node))
      if (is_child(edge.role)) children.push_back(edge.to);
    for (const OtherReference& other : survey_.graph.others(node))
      if (is_child(other.role))
        for (const DigestId id : aliases_.targets(other.digest))
          children.push_back(id);
    return children;
  }

  const Digest* digest(DigestId id) const {
    return survey_.graph.digest(survey_.inventory, id);
  }

  bool goes(DigestId id) const {
    const Digest* named = digest(id);
    return named != nullptr && parts_.manifests.contains(*named);
  }

  Refusal refusal(DigestId child, DigestId index) const {
    const Digest* named = digest(index);
    return {
        repository_.name + "@" + survey_.graph.name(survey_.inventory, child) +
            " is needed by the index " +
            (named != nullptr ? index_name(repository_, *named)
                              : survey_.graph.name(survey_.inventory, index)),
        "remove the index as well, or add --force and leave it incomplete"};
  }

  const Survey& survey_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  const RequestedParts& parts_;
  const AliasIndex& aliases_;
  Closure& closure_;
};

const char* why_untouchable(FindingKind kind) {
  switch (kind) {
    case FindingKind::symbolic_link:
      return "holds or lies behind a symbolic link";
    case FindingKind::other_filesystem:
      return "is or holds the mount of another filesystem";
    case FindingKind::hidden_repository:
      return "lies below a folder where no server looks";
    case FindingKind::odd_repository_name:
      return "has a name that no server accepts";
    default:
      return nullptr;
  }
}

// Folders of tags with nothing in them: what is left where the removal of a tag
// was cut short.
std::set<std::string> empty_tags(const Inventory& inventory) {
  std::set<std::string> paths;
  for (const Finding& finding : inventory.findings)
    if (finding.kind == FindingKind::tag_without_current)
      paths.insert(finding.path);
  for (const Repository& repository : inventory.repositories)
    for (const HistoryEntry& entry : repository.history)
      paths.erase(
          layout::tag(repository.name, repository.tags[entry.tag].name));
  return paths;
}

}  // namespace

RequestedRemoval expand(const Inventory& inventory,
                        const std::vector<Selected>& selected) {
  const std::set<std::string> empty = empty_tags(inventory);
  RequestedRemoval request;
  for (const Selected& each : selected) {
    RequestedParts& parts = request[each.repository];
    if (each.tag)
      parts.tags.insert(*each.tag);
    else if (each.digest)
      parts.manifests.insert(*each.digest);
    else
      parts.whole = true;
  }
  for (auto& [i, parts] : request) {
    const std::vector<Tag>& tags = inventory.repositories[i].tags;
    const std::string& name = inventory.repositories[i].name;
    for (std::uint32_t t = 0; t < tags.size(); ++t)
      if (parts.whole ||
          (tags[t].current && parts.manifests.contains(*tags[t].current)) ||
          (!parts.manifests.empty() &&
           empty.contains(layout::tag(name, tags[t].name))))
        parts.tags.insert(t);
    if (parts.whole) parts.manifests.clear();
  }
  return request;
}

std::vector<std::string> keep_foreign_tags(const Inventory& inventory,
                                           RequestedRemoval& request) {
  std::vector<std::string> kept;
  for (auto& [i, parts] : request) {
    const Repository& repository = inventory.repositories[i];
    for (std::uint32_t t = 0; t < repository.tags.size(); ++t) {
      const Tag& tag = repository.tags[t];
      if (!tag.holds_foreign || parts.tags.erase(t) == 0) continue;
      kept.push_back(layout::tag(repository.name, tag.name));
      if (tag.current) parts.manifests.erase(*tag.current);
      parts.whole = false;
    }
  }
  return kept;
}

std::vector<Refusal> harm_of(const Survey& survey,
                             const RequestedRemoval& request) {
  const AliasIndex aliases(survey.inventory, survey.graph);
  Closure closure(survey.inventory, survey.graph, aliases);
  std::vector<Refusal> refusals;
  for (const auto& [i, parts] : request)
    if (!parts.whole && !parts.manifests.empty())
      KeptIndexes(survey, i, parts, aliases, closure).refuse(refusals);
  return refusals;
}

std::vector<Refusal> untouchable(const Inventory& inventory,
                                 const RequestedRemoval& request) {
  std::vector<Refusal> refusals;
  for (const auto& [i, parts] : request) {
    const Repository& repository = inventory.repositories[i];
    for (const PinReason& pin : repository.pins)
      if (const char* why = why_untouchable(pin.kind)) {
        refusals.push_back(
            {repository.name + " " + why + ", and dregs removes nothing there",
             "look at " + layout::repository(repository.name) +
                 (pin.detail.empty() ? "" : "/" + pin.detail)});
        break;
      }
  }
  return refusals;
}

Plan plan_removal(const Inventory& inventory, const RequestedRemoval& request) {
  Plan plan = WholeRepositories(inventory, request).plan();
  for (const auto& [i, parts] : request) add_parts(inventory, i, parts, plan);
  std::stable_sort(
      plan.removals.begin(), plan.removals.end(),
      [](const Removal& a, const Removal& b) { return a.kind < b.kind; });
  return plan;
}

}  // namespace dregs
