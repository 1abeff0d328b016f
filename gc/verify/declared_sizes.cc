#include "gc/verify/declared_sizes.h"

#include <optional>
#include <unordered_map>

#include "scanner/manifests/manifest_details.h"

namespace dregs {
namespace {

// For each of these digests one sound manifest that names it.
std::unordered_map<DigestId, DigestId> parents_of(
    const ManifestGraph& graph, std::unordered_map<DigestId, DigestId> wanted) {
  for (DigestId id = 0; id < graph.blob_count(); ++id) {
    const ManifestNode* node = graph.node(id);
    if (node == nullptr || node->state != ManifestState::sound) continue;
    for (const GraphEdge& edge : graph.edges(*node))
      if (const auto at = wanted.find(edge.to);
          at != wanted.end() && at->second == kNoDigest)
        at->second = id;
  }
  return wanted;
}

std::optional<std::uint64_t> size_in(const ManifestDetails& details,
                                     const std::string& digest) {
  for (const auto* part : {&details.config, &details.subject})
    if (*part && (*part)->digest == digest) return (*part)->size;
  for (const auto* parts : {&details.layers, &details.children})
    for (const ManifestPart& part : *parts)
      if (part.digest == digest) return part.size;
  return std::nullopt;
}

}  // namespace

std::map<Digest, std::uint64_t> declared_sizes(
    const StoreReader& store, const Inventory& inventory,
    const ManifestGraph& graph, const std::vector<Digest>& digests) {
  std::map<Digest, std::uint64_t> sizes;
  std::unordered_map<DigestId, DigestId> wanted;
  for (const Digest& digest : digests)
    if (const DigestId id = graph.find(inventory, digest); id != kNoDigest)
      wanted.emplace(id, kNoDigest);
  if (wanted.empty()) return sizes;
  for (const auto& [id, parent] : parents_of(graph, std::move(wanted))) {
    if (parent == kNoDigest) continue;
    const BlobContent manifest = store.read_blob(
        *graph.digest(inventory, parent), kLargestServedManifest);
    if (manifest.state != BlobContent::State::sound) continue;
    const Digest& digest = *graph.digest(inventory, id);
    if (const auto size =
            size_in(describe_manifest(manifest.bytes), digest.to_string()))
      sizes.emplace(digest, *size);
  }
  return sizes;
}

}  // namespace dregs
