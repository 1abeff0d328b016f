#include "scanner/inventory/manifest_graph.h"

namespace dregs {

const Digest* ManifestGraph::digest(const Inventory& inventory,
                                    DigestId id) const {
  if (present(id)) return &inventory.blobs[id].digest;
  if (is_stored_otherwise(id)) return nullptr;
  return &absent_[id - blobs_ - stored_otherwise_];
}

std::string ManifestGraph::name(const Inventory& inventory, DigestId id) const {
  const Digest* sha256 = digest(inventory, id);
  return sha256 != nullptr ? sha256->to_string()
                           : inventory.other_blobs[id - blobs_];
}

DigestId ManifestGraph::find(const Inventory& inventory,
                             const Digest& digest) const {
  if (const auto blob = inventory.blobs.find(digest)) return *blob;
  const auto absent = absent_ids_.find(digest);
  return absent == absent_ids_.end() ? kNoDigest : absent->second;
}

const ManifestNode* ManifestGraph::node(DigestId id) const {
  const std::uint32_t at = id < node_at_.size() ? node_at_[id] : 0;
  return at == 0 ? nullptr : &nodes_[at - 1];
}

bool ManifestGraph::is_served_manifest(DigestId id) const {
  const ManifestNode* read = node(id);
  return read != nullptr && is_served(read->kind);
}

std::span<const GraphEdge> ManifestGraph::edges(
    const ManifestNode& node) const {
  return std::span(edges_).subspan(node.first_edge, node.edges);
}

std::span<const OtherReference> ManifestGraph::others(
    const ManifestNode& node) const {
  return std::span(others_).subspan(node.first_other, node.others);
}

}  // namespace dregs
