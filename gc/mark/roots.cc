#include "gc/mark/roots.h"

#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

bool is_no_manifest(const ManifestGraph& graph, DigestId id) {
  const ManifestNode* node = graph.node(id);
  return node != nullptr && node->kind == ManifestKind::not_json;
}

}  // namespace

void add_image_roots(Closure& closure, const RepositoryIds& ids) {
  for (const DigestId id : ids.revisions) closure.add_manifest(id);
  for (const DigestId id : ids.tags) closure.add_manifest(id);
  for (const DigestId id : ids.led_to) closure.add_manifest(id);
  for (const DigestId id : ids.stored_otherwise) closure.add_manifest(id);
}

void add_roots_of_no_image(Closure& closure, const RepositoryIds& ids) {
  for (const auto* each :
       {&ids.led_to, &ids.stored_otherwise, &ids.manifests_among_layers})
    for (const DigestId id : *each) closure.add_manifest(id);
}

std::vector<DigestId> manifests_with_layer_links(const ManifestGraph& graph,
                                                 const RepositoryIds& ids) {
  std::vector<DigestId> linked;
  for (const auto* links : {&ids.layers, &ids.aliases})
    for (const DigestId id : *links)
      if (graph.is_served_manifest(id)) linked.push_back(id);
  sort_unique(linked);
  return linked;
}

void add_all_roots(Closure& closure, const RepositoryIds& ids) {
  add_image_roots(closure, ids);
  for (const DigestId id : ids.manifests_among_layers) closure.add_manifest(id);
}

void add_whole_repository(Closure& closure, const RepositoryIds& ids) {
  add_all_roots(closure, ids);
  for (const auto* links : {&ids.layers, &ids.aliases})
    for (const DigestId id : *links) closure.add_blob(id);
}

void add_roots_beside_tags(Closure& closure, const Inventory& inventory,
                           const ManifestGraph& graph, const Policy& policy,
                           const RepositoryIds& ids) {
  for (const DigestId id : ids.led_to) closure.add_manifest(id);
  for (const DigestId id : ids.stored_otherwise) closure.add_manifest(id);
  for (const DigestId id : ids.revisions) {
    const bool young =
        graph.present(id) && policy.is_young(inventory.blobs[id].times());
    if (young || is_no_manifest(graph, id)) closure.add_manifest(id);
  }
}

}  // namespace dregs
