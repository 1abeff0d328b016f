#include "gc/mark/diagnose_manifests.h"

#include <algorithm>
#include <cstring>

#include "gc/mark/manifest_problem.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

using Told = RepositoryFindings::Told;

// Of fields that decide nothing about what is kept.
void diagnose_decoding(const DiagnosedRepository& at, const ManifestNode& node,
                       RepositoryFindings& findings) {
  if (node.state != ManifestState::sound) return;
  if (node.refused)
    findings.note(FindingKind::refused_manifest, at.name_of(node.id),
                  at.blob_path(node.id), kRefusedDetail);
  if (node.odd_subject)
    findings.note(FindingKind::odd_subject, at.name_of(node.id),
                  at.blob_path(node.id), kOddSubjectDetail);
}

void tell_problem(const DiagnosedRepository& at, const ManifestNode& node,
                  const ManifestProblem& problem,
                  RepositoryFindings& findings) {
  const char* detail =
      node.error != 0 ? std::strerror(node.error) : problem.detail;
  if (problem.pins)
    findings.pin(problem.kind, at.name_of(node.id), at.blob_path(node.id),
                 detail);
  else
    findings.note(problem.kind, at.name_of(node.id), at.blob_path(node.id),
                  detail);
}

bool is_too_large_to_serve(const DiagnosedRepository& at, DigestId id) {
  return at.graph.present(id) &&
         at.inventory.blobs[id].size > kLargestServedManifest;
}

// The one damage that shows without reading: what a full disk leaves.
void diagnose_size(const DiagnosedRepository& at, DigestId id,
                   RepositoryFindings& findings) {
  const Blob& blob = at.inventory.blobs[id];
  static const Digest kOfNothing = sha256("");
  const bool unknown = blob.inode == 0;  // nobody could look
  if (blob.size > 0 || unknown || blob.digest == kOfNothing ||
      !findings.first_time(Told::empty, id))
    return;
  findings.note_part(
      FindingKind::empty_blob, at.name_of(id), at.blob_path(id),
      "needed, and empty; servers serve it as it is, and pushing the image "
      "again does not heal it while the file is there");
}

// Is false where a lost link is normal, or none is to be expected.
bool needs_layer_links(const DiagnosedRepository& at) {
  return !at.proxy_cache && at.repository.has_layers_folder;
}

void note_missing_link(std::string digest, std::string folder,
                       RepositoryFindings& findings) {
  findings.note_part(FindingKind::missing_layer_link, std::move(digest),
                     layout::link_in(std::move(folder)), kMissingLinkDetail);
}

void diagnose_layer_link(const DiagnosedRepository& at, DigestId id,
                         RepositoryFindings& findings) {
  if (!needs_layer_links(at)) return;
  if (std::ranges::binary_search(at.linked, id) ||
      !findings.first_time(Told::unlinked, id))
    return;
  const Digest& digest = at.inventory.blobs[id].digest;
  note_missing_link(digest.to_string(),
                    layout::layer(at.repository.name, digest), findings);
}

// What another repository's link leads to is kept for this one, too.
void diagnose_alias_link(const DiagnosedRepository& at,
                         const OtherReference& reference,
                         RepositoryFindings& findings) {
  if (!needs_layer_links(at) || reference.may_be_absent ||
      !at.aliases.lead_to_a_blob(reference.digest, at.graph))
    return;
  const bool linked = std::ranges::binary_search(
      at.repository.aliases, reference.digest, {}, &LayerAlias::digest);
  if (linked) return;
  note_missing_link(reference.digest,
                    layout::layer_alias(at.repository.name, reference.digest),
                    findings);
}

void diagnose_children(const DiagnosedRepository& at,
                       const OtherReference& other,
                       RepositoryFindings& findings) {
  if (!is_child(other.role)) return;
  for (const DigestId id : at.aliases.targets(other.digest))
    if (other.role == ReferenceRole::child || at.is_damaged(id))
      diagnose_manifest(at, id, findings);
}

void diagnose_missing(const DiagnosedRepository& at, const GraphEdge& edge,
                      const ManifestNode& from, bool part,
                      RepositoryFindings& findings) {
  if (edge.may_be_absent || at.proxy_cache) return;
  if (part && findings.first_time(Told::absent, edge.to))
    findings.note_part(FindingKind::missing_blob, at.name_of(edge.to),
                       at.blob_path(edge.to), kMissingBlobDetail);
  if (is_child(edge.role) && findings.first_time(Told::absent, edge.to))
    findings.note_part(
        FindingKind::missing_child, at.name_of(edge.to), at.blob_path(edge.to),
        "the index " + at.name_of(from.id) +
            " names it; the index and its other children are kept");
}

void diagnose_edge(const DiagnosedRepository& at, const GraphEdge& edge,
                   const ManifestNode& from, RepositoryFindings& findings) {
  const bool child = edge.role == ReferenceRole::child;
  const bool part =
      edge.role == ReferenceRole::config || edge.role == ReferenceRole::layer;
  const bool any_child = is_child(edge.role);
  if (child || (any_child && at.is_damaged(edge.to)))
    diagnose_manifest(at, edge.to, findings);
  if (!at.graph.present(edge.to))
    return diagnose_missing(at, edge, from, part, findings);
  if (part || edge.role == ReferenceRole::child_or_blob)
    diagnose_size(at, edge.to, findings);
  if (part) diagnose_layer_link(at, edge.to, findings);
}

// What was left out of the findings about a manifest is one more finding of
// each kind.
void end_manifest(const DiagnosedRepository& at, DigestId id,
                  RepositoryFindings& findings) {
  for (const auto& [kind, rest] : findings.take_left_out())
    findings
        .note(kind, at.name_of(id), at.blob_path(id),
              rest_detail(rest, at.name_of(id)))
        .count = rest;
}

}  // namespace

void diagnose_manifest(const DiagnosedRepository& at, DigestId id,
                       RepositoryFindings& findings) {
  const ManifestNode* node = at.graph.node(id);
  if (node == nullptr || !findings.first_time(Told::as_manifest, id)) return;
  diagnose_decoding(at, *node, findings);
  if (const ManifestProblem problem = problem_of(*node))
    tell_problem(at, *node, problem, findings);
  else if (is_too_large_to_serve(at, id))
    findings.note(
        FindingKind::oversized_manifest, at.name_of(id), at.blob_path(id),
        "larger than the 4 MiB that servers since 2.7 serve; it is kept");
  if (node->ambiguous)
    findings.note(
        FindingKind::ambiguous_manifest, at.name_of(id), at.blob_path(id),
        "can be read in more than one way; all that any reading needs is kept");
}

// What a corrupt manifest names is kept, yet nobody knows that it was meant.
void diagnose_parts(const DiagnosedRepository& at, const ManifestNode& node,
                    RepositoryFindings& findings) {
  if (node.state == ManifestState::corrupt) return;
  for (const GraphEdge& edge : at.graph.edges(node))
    diagnose_edge(at, edge, node, findings);
  for (const OtherReference& other : at.graph.others(node)) {
    diagnose_alias_link(at, other, findings);
    diagnose_children(at, other, findings);
  }
  end_manifest(at, node.id, findings);
}

void diagnose_unresolved(const DiagnosedRepository& at,
                         std::span<const Closure::Unresolved> unresolved,
                         RepositoryFindings& findings) {
  for (std::size_t i = 0; i < unresolved.size(); ++i) {
    const ManifestNode* about = unresolved[i].manifest;
    findings.pin_part(FindingKind::unresolved_reference,
                      unresolved[i].reference->digest, "",
                      "no link leads from this digest to a blob, so the blob "
                      "cannot be told from garbage");
    if (i + 1 == unresolved.size() || unresolved[i + 1].manifest != about)
      end_manifest(at, about->id, findings);
  }
}

}  // namespace dregs
