#include "gc/mark/needed_by.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "gc/mark/closure.h"
#include "scanner/formats/append.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

// Digests somebody asks about, with the findings that ask.
struct Interest {
  std::unordered_map<DigestId, std::vector<std::size_t>> ids;
  std::unordered_map<std::string, std::vector<std::size_t>> others;
  bool empty() const { return ids.empty() && others.empty(); }
};

struct Need {
  std::size_t finding = 0;
  std::string who;
  bool tag = false;
};

enum class Revisions { that_no_tag_reaches, all };

Interest collect_interest(const Inventory& inventory,
                          const ManifestGraph& graph,
                          const std::vector<Finding>& findings) {
  Interest interest;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    if (finding.digest.empty() || finding.severity() == Severity::note)
      continue;
    if (const auto digest = Digest::parse(finding.digest)) {
      const DigestId id = graph.find(inventory, *digest);
      if (id != kNoDigest) interest.ids[id].push_back(i);
    } else {
      interest.others[finding.digest].push_back(i);
    }
  }
  return interest;
}

// What is asked of one repository. All of it is borrowed.
struct NeedQuestion {
  const Repository& repository;
  const RepositoryIds& ids;
  std::size_t position;
  const ManifestGraph& graph;
  const std::vector<Finding>& findings;
  const Interest& interest;
  Revisions revisions;
};

// Most repositories have nothing to do with the damage, and one closure over
// all that they hold tells.
bool reaches_anything(const NeedQuestion& asked, Closure& closure) {
  closure.start(asked.position);
  for (const DigestId id : asked.ids.tags) closure.add_manifest(id);
  for (const DigestId id : asked.ids.revisions) closure.add_manifest(id);
  if (!asked.interest.others.empty()) return true;
  return std::any_of(
      asked.interest.ids.begin(), asked.interest.ids.end(),
      [&](const auto& each) { return closure.reached(each.first); });
}

// Many tags may mean one manifest: what it reaches is found out once.
std::map<DigestId, std::vector<std::size_t>> tags_by_target(
    const RepositoryIds& ids) {
  std::map<DigestId, std::vector<std::size_t>> tags;
  for (std::size_t t = 0; t < ids.tags.size(); ++t)
    if (ids.tags[t] != kNoDigest) tags[ids.tags[t]].push_back(t);
  return tags;
}

// A finding of another repository is not this one's.
void append_own(const NeedQuestion& asked,
                const std::vector<std::size_t>& asking,
                std::vector<std::size_t>& found) {
  for (const std::size_t finding : asking) {
    const std::string& repository = asked.findings[finding].repository;
    if (repository.empty() || repository == asked.repository.name)
      found.push_back(finding);
  }
}

// Each once, though a manifest may name a digest many times. The closure then
// holds what `root` needs.
std::vector<std::size_t> findings_below(const NeedQuestion& asked,
                                        DigestId root, Closure& closure) {
  const Interest& interest = asked.interest;
  closure.start(asked.position);
  closure.add_manifest(root);
  std::vector<std::size_t> found;
  for (const DigestId id : closure.order())
    if (const auto at = interest.ids.find(id); at != interest.ids.end())
      append_own(asked, at->second, found);
  if (!interest.others.empty())
    for (const ManifestNode* node : closure.manifests())
      for (const OtherReference& other : asked.graph.others(*node))
        if (const auto at = interest.others.find(other.digest);
            at != interest.others.end())
          append_own(asked, at->second, found);
  sort_unique(found);
  return found;
}

void add_needs(const std::vector<std::size_t>& findings, const std::string& who,
               bool tag, std::vector<Need>& needs) {
  for (const std::size_t finding : findings)
    needs.push_back({finding, who, tag});
}

void find_needs_of(const NeedQuestion& asked, Closure& closure,
                   std::vector<Need>& needs) {
  if (!reaches_anything(asked, closure)) return;
  const Repository& repository = asked.repository;
  std::unordered_set<DigestId> under_tag;
  for (const auto& [target, tags] : tags_by_target(asked.ids)) {
    const std::vector<std::size_t> hurting =
        findings_below(asked, target, closure);
    for (const ManifestNode* node : closure.manifests())
      under_tag.insert(node->id);
    under_tag.insert(target);
    for (const std::size_t t : tags)
      add_needs(hurting, repository.name + ":" + repository.tags[t].name, true,
                needs);
  }
  for (std::size_t r = 0; r < asked.ids.revisions.size(); ++r) {
    const DigestId id = asked.ids.revisions[r];
    if (asked.revisions == Revisions::all || !under_tag.contains(id))
      add_needs(findings_below(asked, id, closure),
                repository.name + "@" + repository.revisions[r].to_string(),
                false, needs);
  }
}

std::vector<Need> find_needs(const Inventory& inventory,
                             const ManifestGraph& graph,
                             const std::vector<Finding>& findings,
                             Revisions revisions) {
  const Interest interest = collect_interest(inventory, graph, findings);
  if (interest.empty()) return {};
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  tbb::enumerable_thread_specific<std::vector<Need>> needs;
  for_each_repository(inventory, [&](std::size_t i) {
    find_needs_of({inventory.repositories[i], graph.repository(i), i, graph,
                   findings, interest, revisions},
                  closures.local(), needs.local());
  });
  std::vector<Need> all;
  for (std::vector<Need>& some : needs) append(all, std::move(some));
  return all;
}

}  // namespace

void fill_needed_by(const Inventory& inventory, const ManifestGraph& graph,
                    std::vector<Finding>& findings) {
  for (Need& need :
       find_needs(inventory, graph, findings, Revisions::that_no_tag_reaches))
    findings[need.finding].needed_by.push_back(std::move(need.who));
  for (Finding& finding : findings) sort_unique(finding.needed_by);
}

std::vector<HurtImages> hurt_by(const Inventory& inventory,
                                const ManifestGraph& graph,
                                const std::vector<Finding>& findings) {
  std::vector<HurtImages> hurt(findings.size());
  for (Need& need : find_needs(inventory, graph, findings, Revisions::all)) {
    HurtImages& images = hurt[need.finding];
    (need.tag ? images.tags : images.revisions).push_back(std::move(need.who));
  }
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (findings[i].digest.empty()) hurt[i].tags = findings[i].needed_by;
    sort_unique(hurt[i].tags);
    sort_unique(hurt[i].revisions);
  }
  return hurt;
}

bool breaks_images(const Finding& finding) {
  return finding.severity() == Severity::error ||
         finding.kind == FindingKind::unknown_manifest ||
         finding.kind == FindingKind::tag_without_current;
}

}  // namespace dregs
