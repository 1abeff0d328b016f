#include "gc/explain/paths_to.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gc/mark/closure.h"
#include "gc/mark/roots.h"

namespace dregs {
namespace {

// The part of one repository's manifests from which the target is reached.
class RepositoryPaths {
 public:
  RepositoryPaths(const Inventory& inventory, const ManifestGraph& graph,
                  const AliasIndex& aliases, Closure& closure,
                  std::size_t position, DigestId target, std::size_t most,
                  PathsTo& result)
      : inventory_(inventory),
        graph_(graph),
        aliases_(aliases),
        closure_(closure),
        position_(position),
        repository_(inventory.repositories[position]),
        ids_(graph.repository(position)),
        target_(target),
        most_(most),
        result_(result) {}

  void run() {
    start_from_all();
    if (!closure_.reached(target_)) return;
    const std::vector<const ManifestNode*> manifests(
        closure_.manifests().begin(), closure_.manifests().end());
    const std::vector<DigestId> all(closure_.order().begin(),
                                    closure_.order().end());
    start_from_tags();
    for (const DigestId id : closure_.order()) under_tag_.insert(id);
    for (const bool with_subjects : {false, true}) {
      link_up(manifests, all, with_subjects);
      walk_from_roots();
      // What lies too deep to be listed in full has a way all the same.
      if (found_ == 0) add_a_shortest_path();
      if (found_ > 0) return;
    }
  }

 private:
  void start_from_all() {
    closure_.start(position_);
    add_all_roots(closure_, ids_);
  }

  void start_from_tags() {
    closure_.start(position_);
    for (const DigestId id : ids_.tags) closure_.add_manifest(id);
  }

  template <class Visit>
  void for_each_need(const ManifestNode& node, bool with_subjects,
                     Visit visit) const {
    for (const GraphEdge& edge : graph_.edges(node))
      if (with_subjects || edge.role != ReferenceRole::subject) visit(edge.to);
    for (const OtherReference& other : graph_.others(node))
      for (const DigestId id : aliases_.targets(other.digest)) visit(id);
  }

  // Finds everything above the target, and for it what is below.
  void link_up(const std::vector<const ManifestNode*>& manifests,
               const std::vector<DigestId>& all, bool with_subjects) {
    std::unordered_map<DigestId, std::vector<DigestId>> needed_by;
    for (const ManifestNode* node : manifests)
      for_each_need(*node, with_subjects,
                    [&](DigestId id) { needed_by[id].push_back(node->id); });
    // Also of a manifest that is lost.
    for (const DigestId id : all)
      for (const DigestId signature : graph_.signatures(id))
        needed_by[signature].push_back(id);
    below_.clear();
    below_[target_];
    std::vector<DigestId> waiting = {target_};
    while (!waiting.empty()) {
      const DigestId id = waiting.back();
      waiting.pop_back();
      for (const DigestId above : needed_by[id]) {
        const auto [at, first] = below_.try_emplace(above);
        at->second.push_back(id);
        if (first) waiting.push_back(above);
      }
    }
    for (auto& [id, ids] : below_) {
      std::sort(ids.begin(), ids.end());
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    }
  }

  void walk_from_roots() {
    for (std::size_t t = 0; t < ids_.tags.size(); ++t)
      if (below_.contains(ids_.tags[t])) {
        path_ = {repository_.name + ":" + repository_.tags[t].name,
                 name_of(ids_.tags[t])};
        walk(ids_.tags[t]);
      }
    for (const DigestId id : untagged_roots()) {
      path_ = {repository_.name + "@" + name_of(id)};
      walk(id);
    }
  }

  std::vector<DigestId> untagged_roots() const {
    std::vector<DigestId> found;
    for (const auto* roots :
         {&ids_.revisions, &ids_.led_to, &ids_.stored_otherwise,
          &ids_.manifests_among_layers})
      for (const DigestId id : *roots)
        if (below_.contains(id) && !under_tag_.contains(id))
          found.push_back(id);
    return found;
  }

  // From the first root that leads to the target at all; with a queue, for it
  // may be as long as somebody likes.
  void add_a_shortest_path() {
    for (std::size_t t = 0; t < ids_.tags.size(); ++t)
      if (below_.contains(ids_.tags[t]))
        return add_path({repository_.name + ":" + repository_.tags[t].name,
                         name_of(ids_.tags[t])},
                        ids_.tags[t]);
    for (const DigestId id : untagged_roots())
      return add_path({repository_.name + "@" + name_of(id)}, id);
  }

  void add_path(NeedPath path, DigestId root) {
    std::unordered_map<DigestId, DigestId> above = {{root, root}};
    std::vector<DigestId> queue = {root};
    for (std::size_t next = 0; next < queue.size(); ++next)
      for (const DigestId below : below_[queue[next]])
        if (above.emplace(below, queue[next]).second) queue.push_back(below);
    std::vector<DigestId> way;
    for (DigestId id = target_; id != root; id = above.at(id))
      way.push_back(id);
    for (auto id = way.rbegin(); id != way.rend(); ++id)
      path.push_back(name_of(*id));
    ++found_;
    result_.paths.push_back(std::move(path));
  }

  // Nobody nests indexes as deep as this, but data may say what it likes; only
  // corrupt ones form a cycle.
  static constexpr std::size_t kDeepest = 500;
  static constexpr std::size_t kStepsForAPath = 100;

  void walk(DigestId id) {
    if (found_ >= most_ || path_.size() > kDeepest ||
        ++steps_ > most_ * kStepsForAPath) {
      result_.complete = false;
      return;
    }
    if (id == target_) {
      ++found_;
      result_.paths.push_back(path_);
      return;
    }
    if (!on_path_.insert(id).second) return;
    for (const DigestId next : below_[id]) {
      path_.push_back(name_of(next));
      walk(next);
      path_.pop_back();
    }
    on_path_.erase(id);
  }

  std::string name_of(DigestId id) const { return graph_.name(inventory_, id); }

  const Inventory& inventory_;
  const ManifestGraph& graph_;
  const AliasIndex& aliases_;
  Closure& closure_;
  std::size_t position_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  DigestId target_;
  std::size_t most_;
  PathsTo& result_;
  std::size_t found_ = 0;
  std::size_t steps_ = 0;
  std::unordered_set<DigestId> under_tag_;
  std::unordered_map<DigestId, std::vector<DigestId>> below_;
  std::unordered_set<DigestId> on_path_;
  NeedPath path_;
};

// Repository by repository, so that what is left out does not depend on the
// number of threads; and not too many at once, for each may fill its limit.
constexpr std::size_t kAtATime = 64;

void add_up_to(std::size_t most, PathsTo& some, PathsTo& all) {
  all.complete &= some.complete;
  const std::size_t room = most - all.paths.size();
  if (some.paths.size() > room) {
    some.paths.resize(room);
    all.complete = false;
  }
  std::move(some.paths.begin(), some.paths.end(),
            std::back_inserter(all.paths));
}

}  // namespace

PathsTo paths_to(const Inventory& inventory, const ManifestGraph& graph,
                 DigestId target, const PathLimits& limits) {
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  PathsTo all;
  const std::size_t repositories = inventory.repositories.size();
  for (std::size_t first = 0; first < repositories; first += kAtATime) {
    std::vector<PathsTo> found(std::min(kAtATime, repositories - first));
    tbb::parallel_for(std::size_t{0}, found.size(), [&](std::size_t i) {
      RepositoryPaths(inventory, graph, aliases, closures.local(), first + i,
                      target, limits.in_a_repository, found[i])
          .run();
    });
    for (PathsTo& some : found) add_up_to(limits.in_all, some, all);
    if (all.paths.size() == limits.in_all && !all.complete) break;
  }
  std::sort(all.paths.begin(), all.paths.end());
  all.paths.erase(std::unique(all.paths.begin(), all.paths.end()),
                  all.paths.end());
  return all;
}

}  // namespace dregs
