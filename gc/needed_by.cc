#include "gc/needed_by.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "gc/closure.h"

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
};

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
                  const Interest& interest, Closure& closure,
                  std::size_t position, std::vector<Need>& needs)
      : repository_(inventory.repositories[position]),
        ids_(graph.repository(position)),
        graph_(graph),
        findings_(findings),
        interest_(interest),
        closure_(closure),
        position_(position),
        needs_(needs) {}

  void run() {
    if (!reaches_anything()) return;
    std::unordered_set<DigestId> under_tag;
    for (std::size_t t = 0; t < ids_.tags.size(); ++t) {
      if (ids_.tags[t] == kNoDigest) continue;
      ask(ids_.tags[t], repository_.name + ":" + repository_.tags[t].name);
      under_tag.insert(ids_.tags[t]);
      for (const ManifestNode* node : closure_.manifests())
        under_tag.insert(node->id);
    }
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (!under_tag.contains(ids_.revisions[r]))
        ask(ids_.revisions[r],
            repository_.name + "@" + repository_.revisions[r].to_string());
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

  void ask(DigestId root, const std::string& who) {
    closure_.start(position_);
    closure_.add_manifest(root);
    for (const DigestId id : closure_.order())
      if (const auto found = interest_.ids.find(id);
          found != interest_.ids.end())
        add(found->second, who);
    if (interest_.others.empty()) return;
    for (const ManifestNode* node : closure_.manifests())
      for (const OtherReference& other : graph_.others(*node))
        if (const auto found = interest_.others.find(other.digest);
            found != interest_.others.end())
          add(found->second, who);
  }

  void add(const std::vector<std::size_t>& findings, const std::string& who) {
    for (const std::size_t finding : findings) {
      const std::string& repository = findings_[finding].repository;
      if (repository.empty() || repository == repository_.name)
        needs_.push_back({finding, who});
    }
  }

  const Repository& repository_;
  const RepositoryIds& ids_;
  const ManifestGraph& graph_;
  const std::vector<Finding>& findings_;
  const Interest& interest_;
  Closure& closure_;
  std::size_t position_;
  std::vector<Need>& needs_;
};

}  // namespace

void fill_needed_by(const Inventory& inventory, const ManifestGraph& graph,
                    std::vector<Finding>& findings) {
  const Interest interest = collect_interest(inventory, graph, findings);
  if (interest.empty()) return;
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  tbb::enumerable_thread_specific<std::vector<Need>> needs;
  for_each_repository(inventory, [&](std::size_t i) {
    RepositoryNeeds(inventory, graph, findings, interest, closures.local(), i,
                    needs.local())
        .run();
  });
  for (std::vector<Need>& some : needs)
    for (Need& need : some)
      findings[need.finding].needed_by.push_back(std::move(need.who));
  for (Finding& finding : findings) {
    std::vector<std::string>& who = finding.needed_by;
    std::sort(who.begin(), who.end());
    who.erase(std::unique(who.begin(), who.end()), who.end());
  }
}

}  // namespace dregs
