#include "gc/needs/paths_to.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gc/mark/closure.h"
#include "gc/mark/roots.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

// Nobody nests indexes as deep as this, but data may say what it likes; only
// corrupt ones form a cycle.
constexpr std::size_t kDeepest = 500;
constexpr std::size_t kStepsForAPath = 100;

// For each digest that leads to the target, what leads there below it.
using Below = std::unordered_map<DigestId, std::vector<DigestId>>;

struct Root {
  DigestId id = kNoDigest;
  const Tag* tag = nullptr;  // that names it; null: none
};

// What is asked of one repository. All of it is borrowed.
struct PathQuestion {
  std::string name_of(DigestId id) const { return graph.name(inventory, id); }

  const Inventory& inventory;
  const ManifestGraph& graph;
  const AliasIndex& aliases;
  const Repository& repository;
  const RepositoryIds& ids;
  DigestId target;
  std::size_t most;
};

template <class Visit>
void for_each_need(const PathQuestion& asked, const ManifestNode& node,
                   bool with_subjects, const Visit& visit) {
  for (const GraphEdge& edge : asked.graph.edges(node))
    if (with_subjects || edge.role != ReferenceRole::subject) visit(edge.to);
  for (const OtherReference& other : asked.graph.others(node))
    for (const DigestId id : asked.aliases.targets(other.digest)) visit(id);
}

// What the repository needs: its manifests, and all digests.
struct Needed {
  std::vector<const ManifestNode*> manifests;
  std::vector<DigestId> all;
};

std::unordered_map<DigestId, std::vector<DigestId>> needed_by(
    const PathQuestion& asked, const Needed& needed, bool with_subjects) {
  std::unordered_map<DigestId, std::vector<DigestId>> above;
  for (const ManifestNode* node : needed.manifests)
    for_each_need(asked, *node, with_subjects,
                  [&](DigestId id) { above[id].push_back(node->id); });
  // Also of a manifest that is lost.
  for (const DigestId id : needed.all)
    if (const auto at = asked.ids.signatures.find(id);
        at != asked.ids.signatures.end())
      for (const DigestId signature : at->second)
        above[signature].push_back(id);
  return above;
}

// Finds everything above the target, and for it what is below.
Below find_below(const PathQuestion& asked, const Needed& needed,
                 bool with_subjects) {
  auto above_of = needed_by(asked, needed, with_subjects);
  Below below;
  below[asked.target];
  std::vector<DigestId> waiting = {asked.target};
  while (!waiting.empty()) {
    const DigestId id = waiting.back();
    waiting.pop_back();
    for (const DigestId above : above_of[id]) {
      const auto [at, first] = below.try_emplace(above);
      at->second.push_back(id);
      if (first) waiting.push_back(above);
    }
  }
  for (auto& [id, ids] : below) {
    sort_unique(ids);
  }
  return below;
}

// Returns the roots that lead to the target: tags, then what no tag reaches.
std::vector<Root> find_roots(const PathQuestion& asked, const Below& below,
                             const std::unordered_set<DigestId>& under_tag) {
  const RepositoryIds& ids = asked.ids;
  std::vector<Root> roots;
  for (std::size_t t = 0; t < ids.tags.size(); ++t)
    if (below.contains(ids.tags[t]))
      roots.push_back({ids.tags[t], &asked.repository.tags[t]});
  for (const auto* untagged :
       {&ids.revisions, &ids.led_to, &ids.stored_otherwise,
        &ids.manifests_among_layers})
    for (const DigestId id : *untagged)
      if (below.contains(id) && !under_tag.contains(id)) roots.push_back({id});
  return roots;
}

// Returns how every path from the root begins.
NeedPath path_from(const PathQuestion& asked, const Root& root) {
  const std::string& repository = asked.repository.name;
  if (root.tag == nullptr) return {repository + "@" + asked.name_of(root.id)};
  return {repository + ":" + root.tag->name, asked.name_of(root.id)};
}

// With a queue, for the path may be as long as somebody likes.
NeedPath shortest_path(const PathQuestion& asked, const Below& below,
                       const Root& root) {
  std::unordered_map<DigestId, DigestId> above = {{root.id, root.id}};
  std::vector<DigestId> queue = {root.id};
  for (std::size_t next = 0; next < queue.size(); ++next)
    for (const DigestId id : below.at(queue[next]))
      if (above.emplace(id, queue[next]).second) queue.push_back(id);
  std::vector<DigestId> way;
  for (DigestId id = asked.target; id != root.id; id = above.at(id))
    way.push_back(id);
  NeedPath path = path_from(asked, root);
  for (auto id = way.rbegin(); id != way.rend(); ++id)
    path.push_back(asked.name_of(*id));
  return path;
}

// Walks every way down to the target, up to a limit.
class WayDown {
 public:
  WayDown(const PathQuestion& asked, const Below& below, PathsTo& result)
      : asked_(asked), below_(below), result_(result) {}

  void walk_from(const Root& root) {
    path_ = path_from(asked_, root);
    walk(root.id);
  }

 private:
  void walk(DigestId id) {
    if (result_.paths.size() >= asked_.most || path_.size() > kDeepest ||
        ++steps_ > asked_.most * kStepsForAPath) {
      result_.complete = false;
      return;
    }
    if (id == asked_.target) {
      result_.paths.push_back(path_);
      return;
    }
    if (!on_path_.insert(id).second) return;
    for (const DigestId next : below_.at(id)) {
      path_.push_back(asked_.name_of(next));
      walk(next);
      path_.pop_back();
    }
    on_path_.erase(id);
  }

  const PathQuestion& asked_;
  const Below& below_;
  PathsTo& result_;
  std::size_t steps_ = 0;
  std::unordered_set<DigestId> on_path_;
  NeedPath path_;
};

PathsTo paths_in(const PathQuestion& asked, std::size_t position,
                 Closure& closure) {
  closure.start(position);
  add_all_roots(closure, asked.ids);
  if (!closure.reached(asked.target)) return {};
  const Needed needed{{closure.manifests().begin(), closure.manifests().end()},
                      {closure.order().begin(), closure.order().end()}};
  closure.start(position);
  for (const DigestId id : asked.ids.tags) closure.add_manifest(id);
  const std::unordered_set<DigestId> under_tag(closure.order().begin(),
                                               closure.order().end());
  PathsTo result;
  for (const bool with_subjects : {false, true}) {
    const Below below = find_below(asked, needed, with_subjects);
    const std::vector<Root> roots = find_roots(asked, below, under_tag);
    if (roots.empty()) continue;
    WayDown way(asked, below, result);
    for (const Root& root : roots) way.walk_from(root);
    // What lies too deep to be listed in full has a way all the same.
    if (result.paths.empty())
      result.paths.push_back(shortest_path(asked, below, roots.front()));
    break;
  }
  return result;
}

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
      const std::size_t position = first + i;
      found[i] =
          paths_in({inventory, graph, aliases, inventory.repositories[position],
                    graph.repository(position), target, limits.in_a_repository},
                   position, closures.local());
    });
    for (PathsTo& some : found) add_up_to(limits.in_all, some, all);
    if (all.paths.size() == limits.in_all && !all.complete) break;
  }
  sort_unique(all.paths);
  return all;
}

}  // namespace dregs
