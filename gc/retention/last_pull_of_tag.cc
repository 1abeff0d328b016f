#include "gc/retention/last_pull_of_tag.h"

#include <set>
#include <vector>

#include "gc/mark/roots.h"

namespace dregs {

KnownTime last_pull(const RetentionInput& input, std::size_t repository,
                    std::size_t tag) {
  if (input.pulls.repositories().empty()) return std::nullopt;
  const Repository& all = input.survey.inventory.repositories[repository];
  const ManifestGraph& graph = input.survey.graph;
  KnownTime newest;
  const auto note = [&](const std::string& reference) {
    const KnownTime last = input.pulls.last_pull_ns(all.name, reference);
    if (last && (!newest || *newest < *last)) newest = last;
  };
  note(all.tags[tag].name);
  std::vector<DigestId> waiting = {graph.repository(repository).tags[tag]};
  std::set<DigestId> seen;
  while (!waiting.empty()) {
    const DigestId id = waiting.back();
    waiting.pop_back();
    if (id == kNoDigest || !seen.insert(id).second) continue;
    note(graph.name(input.survey.inventory, id));
    if (const ManifestNode* node = graph.node(id))
      for (const GraphEdge& edge : graph.edges(*node))
        if (is_child(edge.role)) waiting.push_back(edge.to);
  }
  return newest;
}

}  // namespace dregs
