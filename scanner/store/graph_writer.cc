#include "scanner/store/graph_writer.h"

#include <algorithm>
#include <cstring>

#include "scanner/formats/append.h"
#include "scanner/formats/count32.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

bool has_subject(const Manifest& manifest) {
  const auto is_subject = [](const auto& reference) {
    return reference.role == ReferenceRole::subject;
  };
  return std::ranges::any_of(manifest.references, is_subject) ||
         std::ranges::any_of(manifest.other_references, is_subject);
}

ManifestNode node_of(DigestId blob, const ManifestRead& read) {
  const Manifest& manifest = read.manifest;
  ManifestNode node;
  node.id = blob;
  node.state = read.state;
  node.error = read.error;
  node.kind = manifest.kind;
  node.ambiguous = manifest.ambiguous;
  node.bad_descriptor = manifest.bad_descriptor;
  node.has_subject = has_subject(manifest);
  node.odd_subject = manifest.odd_subject;
  node.refused = manifest.refused;
  return node;
}

// `node_at` is by id: the position + 1, or 0 for none.
const ManifestNode& put(const ManifestNode& node,
                        std::vector<std::uint32_t>& node_at,
                        std::vector<ManifestNode>& nodes) {
  std::uint32_t& at = node_at[node.id];
  if (at != 0) return nodes[at - 1] = node;
  nodes.push_back(node);
  at = count32(nodes.size());
  return nodes.back();
}

Finding cannot_list_signatures(const Repository& repository,
                               const Digest& revision, int error) {
  Finding obstacle;
  obstacle.kind = FindingKind::unreadable_folder;
  obstacle.path =
      layout::revision(repository.name, revision) + "/signatures/sha256";
  obstacle.repository = repository.name;
  obstacle.detail = std::strerror(error);
  return obstacle;
}

}  // namespace

GraphWriter::GraphWriter(const Inventory& inventory) : inventory_(inventory) {
  graph_.blobs_ = inventory.blobs.size();
  graph_.stored_otherwise_ = inventory.other_blobs.size();
  graph_.node_at_.assign(stored(), 0);
}

DigestId GraphWriter::lookup(const Digest& digest) const {
  return inventory_.blobs.find(digest).value_or(kNoDigest);
}

DigestId GraphWriter::intern(const Digest& digest) {
  if (const auto blob = inventory_.blobs.find(digest)) return *blob;
  const DigestId next = count32(stored() + graph_.absent_.size());
  const auto [at, added] = graph_.absent_ids_.try_emplace(digest, next);
  if (added) graph_.absent_.push_back(digest);
  return at->second;
}

void GraphWriter::cover_all_ids() {
  graph_.node_at_.resize(stored() + graph_.absent_.size(), 0);
}

void GraphWriter::set_repositories(std::vector<RepositoryIds> repositories) {
  graph_.repositories_ = std::move(repositories);
}

void GraphWriter::add_manifest_among_layers(std::size_t repository,
                                            BlobId manifest) {
  graph_.repositories_[repository].manifests_among_layers.push_back(manifest);
}

void GraphWriter::reserve(std::size_t more) {
  graph_.nodes_.reserve(graph_.nodes_.size() + more);
}

const ManifestNode& GraphWriter::add(DigestId blob, const ManifestRead& read,
                                     std::span<const DigestId> ids) {
  const std::vector<OtherReference>& others = read.manifest.other_references;
  ManifestNode node = node_of(blob, read);
  node.first_edge = count32(graph_.edges_.size());
  node.edges = count32(ids.size());
  node.first_other = count32(graph_.others_.size());
  node.others = count32(others.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Reference& reference = read.manifest.references[i];
    const DigestId id = ids[i] == kNoDigest ? intern(reference.digest) : ids[i];
    graph_.edges_.push_back({id, reference.role, reference.may_be_absent});
  }
  graph_.others_.insert(graph_.others_.end(), others.begin(), others.end());
  return put(node, graph_.node_at_, graph_.nodes_);
}

void GraphWriter::add(std::vector<WrongSize> wrong_sizes) {
  append(graph_.wrong_sizes_, std::move(wrong_sizes));
}

void GraphWriter::add_signatures(std::size_t repository, std::size_t revision,
                                 const SignatureFolder& found) {
  RepositoryIds& ids = graph_.repositories_[repository];
  for (const Digest& signature : found.digests)
    ids.signatures[ids.revisions[revision]].push_back(intern(signature));
  const Repository& linked = inventory_.repositories[repository];
  if (found.error != 0)
    graph_.obstacles_.push_back(cannot_list_signatures(
        linked, linked.revisions[revision], found.error));
}

}  // namespace dregs
