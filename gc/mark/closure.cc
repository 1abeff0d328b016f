#include "gc/mark/closure.h"

#include <algorithm>

#include "scanner/formats/append.h"

namespace dregs {

Closure::Closure(const Inventory& inventory, const ManifestGraph& graph,
                 const AliasIndex& aliases)
    : inventory_(inventory),
      graph_(graph),
      aliases_(aliases),
      seen_(graph.id_count(), 0) {}

void Closure::start(std::size_t repository) {
  repository_ = &inventory_.repositories[repository];
  ids_ = &graph_.repository(repository);
  referrers_.clear();
  start_again();
}

void Closure::start_again() {
  epoch_ += 2;
  if (epoch_ + 2 < epoch_) {  // once in two thousand million starts
    std::fill(seen_.begin(), seen_.end(), 0);
    epoch_ = 2;
  }
  order_.clear();
  expanded_.clear();
  unresolved_.clear();
  borrowed_.clear();
  aliased_.assign(repository_->aliases.size(), 0);
}

void Closure::follow_referrers() {
  std::vector<DigestId> of_nobody_knows_what;
  std::vector<DigestId> served = ids_->revisions;
  append(served, ids_->manifests_among_layers);
  for (const DigestId revision : served) {
    const ManifestNode* node = graph_.node(revision);
    if (node == nullptr || !node->has_subject) continue;
    for (const GraphEdge& edge : graph_.edges(*node))
      if (edge.role == ReferenceRole::subject)
        referrers_.emplace_back(edge.to, revision);
    for (const OtherReference& other : graph_.others(*node)) {
      if (other.role != ReferenceRole::subject) continue;
      const std::span<const DigestId> subjects = aliases_.targets(other.digest);
      for (const DigestId subject : subjects)
        referrers_.emplace_back(subject, revision);
      if (subjects.empty()) of_nobody_knows_what.push_back(revision);
    }
  }
  std::sort(referrers_.begin(), referrers_.end());
  for (const DigestId revision : of_nobody_knows_what) add_manifest(revision);
}

void Closure::add_blob(DigestId id) {
  if (id == kNoDigest || seen_[id] >= epoch_) return;
  seen_[id] = epoch_;
  order_.push_back(id);
}

// A digest met as a layer before is still expanded when met as a manifest.
// Nesting in the data must be no nesting on the stack: only the outermost
// call works off what is waiting, the others just add to it.
void Closure::add_manifest(DigestId id) {
  if (id == kNoDigest) return;
  add_blob(id);
  if (seen_[id] == epoch_ + 1) return;
  seen_[id] = epoch_ + 1;
  waiting_.push_back(id);
  if (working_) return;
  working_ = true;
  while (!waiting_.empty()) {
    const DigestId next = waiting_.back();
    waiting_.pop_back();
    add_referrers_of(next);
    if (const auto at = ids_->signatures.find(next);
        at != ids_->signatures.end())
      for (const DigestId signature : at->second) add_blob(signature);
    if (const ManifestNode* node = graph_.node(next)) expand(*node);
  }
  working_ = false;
}

void Closure::expand(const ManifestNode& node) {
  if (node.state == ManifestState::opaque) return;
  expanded_.push_back(&node);
  for (const GraphEdge& edge : graph_.edges(node)) follow(edge);
  for (const OtherReference& reference : graph_.others(node))
    resolve(reference, node);
}

void Closure::follow(const GraphEdge& edge) {
  switch (edge.role) {
    case ReferenceRole::config:
    case ReferenceRole::layer:
      // A revision that is kept as somebody's layer is served as an image too.
      return has_revision(edge.to) ? add_manifest(edge.to) : add_blob(edge.to);
    case ReferenceRole::child:
    case ReferenceRole::child_or_blob:
    case ReferenceRole::mentioned:
      return add_manifest(edge.to);
    case ReferenceRole::subject:
      // A subject that was deleted is not brought back by its referrers.
      if (has_revision(edge.to) || has_layer_link(edge.to))
        add_manifest(edge.to);
  }
}

bool Closure::has_revision(DigestId id) const {
  if (!graph_.present(id) || graph_.node(id) == nullptr) return false;
  return std::binary_search(repository_->revisions.begin(),
                            repository_->revisions.end(),
                            inventory_.blobs[id].digest);
}

// What servers up to 2.8 serve as a manifest where there is no revision.
bool Closure::has_layer_link(DigestId id) const {
  return graph_.present(id) && std::binary_search(repository_->layers.begin(),
                                                  repository_->layers.end(),
                                                  inventory_.blobs[id].digest);
}

void Closure::add_referrers_of(DigestId subject) {
  auto at = std::lower_bound(referrers_.begin(), referrers_.end(),
                             std::pair(subject, DigestId{0}));
  for (; at != referrers_.end() && at->first == subject; ++at)
    add_manifest(at->second);
}

// Every place that the digest may stand for is kept; one is enough.
void Closure::resolve(const OtherReference& reference,
                      const ManifestNode& node) {
  const std::vector<LayerAlias>& own = repository_->aliases;
  auto alias = std::lower_bound(
      own.begin(), own.end(), reference.digest,
      [](const LayerAlias& a, const std::string& b) { return a.digest < b; });
  const auto at = static_cast<std::size_t>(alias - own.begin());
  const bool linked = at < own.size() && alias->digest == reference.digest;
  if (linked) aliased_[at] = 1;
  if (!linked || !graph_.present(ids_->aliases[at]))
    borrowed_.push_back(&reference);
  for (const DigestId target : aliases_.targets(reference.digest))
    add_manifest(target);
  if (!aliases_.lead_to_a_blob(reference.digest, graph_) &&
      !reference.may_be_absent)
    unresolved_.push_back({&node, &reference});
}

}  // namespace dregs
