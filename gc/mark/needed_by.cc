#include "gc/mark/needed_by.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "gc/mark/closure.h"
#include "scanner/formats/append.h"

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

// Walks one repository, tag by tag.
class RepositoryNeeds {
 public:
  RepositoryNeeds(const Inventory& inventory, const ManifestGraph& graph,
                  const std::vector<Finding>& findings,
                  const Interest& interest, Revisions revisions,
                  Closure& closure, std::size_t position,
                  std::vector<Need>& needs)
      : repository_(inventory.repositories[position]),
        ids_(graph.repository(position)),
        graph_(graph),
        findings_(findings),
        interest_(interest),
        revisions_(revisions),
        closure_(closure),
        position_(position),
        needs_(needs) {}

  void run() {
    if (!reaches_anything()) return;
    std::unordered_set<DigestId> under_tag;
    const std::vector<std::size_t> by_target = tags_by_target();
    for (std::size_t first = 0; first < by_target.size();) {
      const DigestId target = ids_.tags[by_target[first]];
      const std::vector<std::size_t> hurting = findings_below(target);
      for (const ManifestNode* node : closure_.manifests())
        under_tag.insert(node->id);
      under_tag.insert(target);
      for (; first < by_target.size() && ids_.tags[by_target[first]] == target;
           ++first)
        add(hurting,
            repository_.name + ":" + repository_.tags[by_target[first]].name,
            true);
    }
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (revisions_ == Revisions::all ||
          !under_tag.contains(ids_.revisions[r]))
        add(findings_below(ids_.revisions[r]),
            repository_.name + "@" + repository_.revisions[r].to_string(),
            false);
  }

 private:
  // Most repositories have nothing to do with the damage, and one closure
  // over all that they hold tells.
  bool reaches_anything() {
    closure_.start(position_);
    for (const DigestId id : ids_.tags) closure_.add_manifest(id);
    for (const DigestId id : ids_.revisions) closure_.add_manifest(id);
    if (!interest_.others.empty()) return true;
    return std::any_of(
        interest_.ids.begin(), interest_.ids.end(),
        [this](const auto& each) { return closure_.reached(each.first); });
  }

  // Many tags may mean one manifest: what it reaches is found out once.
  std::vector<std::size_t> tags_by_target() const {
    std::vector<std::size_t> positions;
    for (std::size_t t = 0; t < ids_.tags.size(); ++t)
      if (ids_.tags[t] != kNoDigest) positions.push_back(t);
    std::sort(positions.begin(), positions.end(),
              [this](std::size_t a, std::size_t b) {
                return ids_.tags[a] < ids_.tags[b];
              });
    return positions;
  }

  // Each once, though a manifest may name a digest many times.
  std::vector<std::size_t> findings_below(DigestId root) {
    closure_.start(position_);
    closure_.add_manifest(root);
    std::vector<std::size_t> found;
    for (const DigestId id : closure_.order())
      if (const auto at = interest_.ids.find(id); at != interest_.ids.end())
        append_own(at->second, found);
    if (!interest_.others.empty())
      for (const ManifestNode* node : closure_.manifests())
        for (const OtherReference& other : graph_.others(*node))
          if (const auto at = interest_.others.find(other.digest);
              at != interest_.others.end())
            append_own(at->second, found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  void append_own(const std::vector<std::size_t>& asking,
                  std::vector<std::size_t>& found) const {
    for (const std::size_t finding : asking) {
      const std::string& repository = findings_[finding].repository;
      if (repository.empty() || repository == repository_.name)
        found.push_back(finding);
    }
  }

  void add(const std::vector<std::size_t>& findings, const std::string& who,
           bool tag) {
    for (const std::size_t finding : findings)
      needs_.push_back({finding, who, tag});
  }

  const Repository& repository_;
  const RepositoryIds& ids_;
  const ManifestGraph& graph_;
  const std::vector<Finding>& findings_;
  const Interest& interest_;
  Revisions revisions_;
  Closure& closure_;
  std::size_t position_;
  std::vector<Need>& needs_;
};

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
    RepositoryNeeds(inventory, graph, findings, interest, revisions,
                    closures.local(), i, needs.local())
        .run();
  });
  std::vector<Need> all;
  for (std::vector<Need>& some : needs) append(all, std::move(some));
  return all;
}

}  // namespace

void tidy(std::vector<std::string>& images) {
  std::sort(images.begin(), images.end());
  images.erase(std::unique(images.begin(), images.end()), images.end());
}

void fill_needed_by(const Inventory& inventory, const ManifestGraph& graph,
                    std::vector<Finding>& findings) {
  for (Need& need :
       find_needs(inventory, graph, findings, Revisions::that_no_tag_reaches))
    findings[need.finding].needed_by.push_back(std::move(need.who));
  for (Finding& finding : findings) tidy(finding.needed_by);
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
    tidy(hurt[i].tags);
    tidy(hurt[i].revisions);
  }
  return hurt;
}

bool breaks_images(const Finding& finding) {
  return finding.severity() == Severity::error ||
         finding.kind == FindingKind::missing_layer_link ||
         finding.kind == FindingKind::missing_revision_link ||
         finding.kind == FindingKind::unknown_manifest ||
         finding.kind == FindingKind::wrong_size ||
         finding.kind == FindingKind::tag_without_current;
}

}  // namespace dregs
