#include "gc/closure.h"

#include <algorithm>

namespace dregs {

AliasIndex::AliasIndex(const Inventory& inventory, const ManifestGraph& graph)
    : inventory_(inventory) {
  for (std::size_t i = 0; i < inventory.repositories.size(); ++i) {
    const std::vector<LayerAlias>& aliases = inventory.repositories[i].aliases;
    for (std::size_t a = 0; a < aliases.size(); ++a) {
      const DigestId target = graph.repository(i).aliases[a];
      if (target != kNoDigest) targets_[aliases[a].digest].push_back(target);
    }
  }
}

std::span<const DigestId> AliasIndex::targets(const std::string& digest) const {
  const auto found = targets_.find(digest);
  return found == targets_.end() ? std::span<const DigestId>()
                                 : std::span(found->second);
}

bool AliasIndex::stored(const std::string& digest) const {
  return std::binary_search(inventory_.other_blobs.begin(),
                            inventory_.other_blobs.end(), digest);
}

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
  aliased_.assign(repository_->aliases.size(), 0);
}

void Closure::follow_referrers() {
  for (const DigestId revision : ids_->revisions) {
    const ManifestNode* node = graph_.node(revision);
    if (node == nullptr || !node->has_subject) continue;
    for (const GraphEdge& edge : graph_.edges(*node))
      if (edge.role == ReferenceRole::subject)
        referrers_.emplace_back(edge.to, revision);
  }
  std::sort(referrers_.begin(), referrers_.end());
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
    for (const DigestId signature : graph_.signatures(next))
      add_blob(signature);
    if (const ManifestNode* node = graph_.node(next)) expand(*node);
  }
  working_ = false;
}

void Closure::expand(const ManifestNode& node) {
  if (node.state == ManifestState::opaque) return;
  expanded_.push_back(&node);
  for (const GraphEdge& edge : graph_.edges(node)) follow(edge);
  for (const OtherReference& reference : graph_.others(node))
    resolve(reference);
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
      if (has_revision(edge.to)) add_manifest(edge.to);
  }
}

bool Closure::has_revision(DigestId id) const {
  if (!graph_.present(id) || graph_.node(id) == nullptr) return false;
  return std::binary_search(repository_->revisions.begin(),
                            repository_->revisions.end(),
                            inventory_.blobs[id].digest);
}

void Closure::add_referrers_of(DigestId subject) {
  auto at = std::lower_bound(referrers_.begin(), referrers_.end(),
                             std::pair(subject, DigestId{0}));
  for (; at != referrers_.end() && at->first == subject; ++at)
    add_manifest(at->second);
}

// Every place that the digest may stand for is kept; one is enough.
void Closure::resolve(const OtherReference& reference) {
  const std::vector<LayerAlias>& own = repository_->aliases;
  auto alias = std::lower_bound(
      own.begin(), own.end(), reference.digest,
      [](const LayerAlias& a, const std::string& b) { return a.digest < b; });
  if (alias != own.end() && alias->digest == reference.digest)
    aliased_[static_cast<std::size_t>(alias - own.begin())] = 1;
  const std::span<const DigestId> targets = aliases_.targets(reference.digest);
  for (const DigestId target : targets) add_manifest(target);
  const bool resolved =
      std::any_of(targets.begin(), targets.end(),
                  [this](DigestId id) { return graph_.present(id); });
  if (!resolved && !aliases_.stored(reference.digest) &&
      !reference.may_be_absent)
    unresolved_.push_back(&reference);
}

}  // namespace dregs
