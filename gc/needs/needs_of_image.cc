#include "gc/needs/needs_of_image.h"

#include "gc/mark/roots.h"

namespace dregs {
namespace {

using NeededIds = std::vector<std::uint8_t>;  // by DigestId

void note(const Closure& closure, NeededIds& needed) {
  for (const DigestId id : closure.order()) needed[id] = 1;
}

// As gc --delete-untagged marks, as if no tag named `image`.
NeededIds needed_without(const Inventory& inventory, const ManifestGraph& graph,
                         const Pins& pins, const Policy& policy,
                         std::size_t repository, DigestId image,
                         Closure& closure) {
  NeededIds needed(graph.id_count(), 0);
  for (std::size_t i = 0; i < inventory.repositories.size(); ++i) {
    const RepositoryIds& ids = graph.repository(i);
    closure.start(i);
    if (!pins[i].empty()) {
      add_whole_repository(closure, ids);
      note(closure, needed);
      closure.start(i);
    }
    closure.follow_referrers();
    add_roots_beside_tags(closure, inventory, graph, policy, ids);
    for (const DigestId tag : ids.tags)
      if (i != repository || tag != image) closure.add_manifest(tag);
    note(closure, needed);
  }
  return needed;
}

}  // namespace

std::vector<NeededPart> needs_of_image(const Inventory& inventory,
                                       const ManifestGraph& graph,
                                       const Pins& pins, const Policy& policy,
                                       std::size_t repository,
                                       const Digest& manifest) {
  const DigestId image = graph.find(inventory, manifest);
  if (image == kNoDigest) return {};
  const AliasIndex aliases(inventory, graph);
  Closure closure(inventory, graph, aliases);
  const NeededIds others = needed_without(inventory, graph, pins, policy,
                                          repository, image, closure);
  closure.start(repository);
  closure.follow_referrers();
  closure.add_manifest(image);
  std::vector<NeededPart> parts;
  for (const DigestId id : closure.order())
    parts.push_back({graph.name(inventory, id), graph.present(id),
                     graph.present(id) ? inventory.blobs[id].size : 0,
                     others[id] != 0});
  return parts;
}

}  // namespace dregs
