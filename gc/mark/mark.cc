#include "gc/mark/mark.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <unordered_set>

#include "gc/mark/roots.h"

namespace dregs {
namespace {

// Repositories share blobs: marking one twice is harmless, tearing is not.
void set(std::uint8_t& mark) {
  std::atomic_ref<std::uint8_t>(mark).store(1, std::memory_order_relaxed);
}

bool is_sound_manifest(const ManifestNode* node) {
  return node != nullptr && node->state == ManifestState::sound &&
         node->kind != ManifestKind::not_json &&
         node->kind != ManifestKind::undecodable;
}

// What is marked, and by which rules. All of it is borrowed.
struct MarkInput {
  bool is_young(DigestId id) const {
    return graph.present(id) && policy.is_young(inventory.blobs[id].times());
  }

  const Inventory& inventory;
  const ManifestGraph& graph;
  const Policy& policy;
};

void add_tagged_roots(const MarkInput& in, const RepositoryIds& ids,
                      Closure& closure) {
  closure.follow_referrers();
  for (const DigestId id : ids.tags) closure.add_manifest(id);
  add_roots_beside_tags(closure, in.inventory, in.graph, in.policy, ids);
}

// A manifest that is served under the alias, and that no tag reaches.
bool names_untagged(const MarkInput& in, const RepositoryIds& ids,
                    DigestId id) {
  return !in.policy.delete_untagged &&
         std::ranges::binary_search(ids.manifests_among_layers, id);
}

void keep_links(const MarkInput& in, const RepositoryIds& ids,
                const Closure& closure, RepositoryMark& mark) {
  for (const DigestId id : ids.revisions)
    mark.revisions.push_back(mark.pinned || closure.reached(id));
  for (const DigestId id : ids.layers)
    mark.layers.push_back(mark.pinned || closure.reached(id) ||
                          in.is_young(id));
  for (std::size_t a = 0; a < ids.aliases.size(); ++a)
    mark.aliases.push_back(mark.pinned || closure.reached_alias(a) ||
                           names_untagged(in, ids, ids.aliases[a]) ||
                           !in.graph.present(ids.aliases[a]) ||
                           in.is_young(ids.aliases[a]));
}

bool has_image(const MarkInput& in, const RepositoryIds& ids,
               const RepositoryMark& mark) {
  const auto sound = [&](DigestId id) {
    return id != kNoDigest && is_sound_manifest(in.graph.node(id));
  };
  if (std::any_of(ids.tags.begin(), ids.tags.end(), sound)) return true;
  if (mark.pinned && in.policy.delete_untagged) return false;
  for (std::size_t r = 0; r < ids.revisions.size(); ++r)
    if (mark.revisions[r] && sound(ids.revisions[r])) return true;
  return false;
}

// U(R): whatever a link names can be served, whether needed or not. The other
// links are roots.
void hold_all(const MarkInput& in, const RepositoryIds& ids, MarkSet& marks) {
  for (const std::vector<DigestId>* each : {&ids.layers, &ids.aliases})
    for (const DigestId id : *each)
      if (in.graph.present(id)) set(marks.held[id]);
}

// Any thread; `marks` is shared. The closure then holds what is kept.
void mark_repository(const MarkInput& in, std::size_t i, bool pinned,
                     Closure& closure, MarkSet& marks) {
  const RepositoryIds& ids = in.graph.repository(i);
  RepositoryMark& mark = marks.repositories[i];
  mark.pinned = pinned;
  closure.start(i);
  if (mark.pinned || !in.policy.delete_untagged)
    add_all_roots(closure, ids);
  else
    add_tagged_roots(in, ids, closure);
  for (const DigestId id : closure.order())
    if (in.graph.present(id)) set(marks.live[id]);
  keep_links(in, ids, closure, mark);
  mark.has_image = has_image(in, ids, mark);
  if (mark.pinned) hold_all(in, ids, marks);
}

// Nothing else says which blob another repository's image means.
void keep_borrowed_aliases(const Inventory& inventory,
                           const std::unordered_set<std::string>& borrowed,
                           MarkSet& marks) {
  if (borrowed.empty()) return;
  for (std::size_t i = 0; i < marks.repositories.size(); ++i) {
    const std::vector<LayerAlias>& aliases = inventory.repositories[i].aliases;
    for (std::size_t a = 0; a < aliases.size(); ++a)
      if (borrowed.contains(aliases[a].digest))
        marks.repositories[i].aliases[a] = true;
  }
}

}  // namespace

bool RepositoryMark::keeps_revision(const Repository& repository,
                                    const Digest& digest) const {
  const std::vector<Digest>& all = repository.revisions;
  const auto found = std::lower_bound(all.begin(), all.end(), digest);
  return found != all.end() && *found == digest &&
         revisions[static_cast<std::size_t>(found - all.begin())];
}

bool is_pinned(const std::vector<PinReason>& reasons, const Policy& policy) {
  const bool may_shrink = policy.shrink_proxy_cache ||
                          (policy.delete_untagged && policy.allow_proxy_cache);
  return std::any_of(reasons.begin(), reasons.end(), [&](const PinReason& why) {
    return why.kind != FindingKind::proxy_cache || !may_shrink;
  });
}

MarkSet mark(const Inventory& inventory, const ManifestGraph& graph,
             const Pins& pins, const Policy& policy) {
  const MarkInput in{inventory, graph, policy};
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  tbb::enumerable_thread_specific<std::unordered_set<std::string>> borrowed;
  MarkSet marks;
  marks.live.assign(inventory.blobs.size(), 0);
  marks.held.assign(inventory.blobs.size(), 0);
  marks.repositories.resize(inventory.repositories.size());
  for_each_repository(inventory, [&](std::size_t i) {
    Closure& closure = closures.local();
    mark_repository(in, i, is_pinned(pins[i], policy), closure, marks);
    for (const OtherReference* reference : closure.borrowed())
      borrowed.local().insert(reference->digest);
  });
  std::unordered_set<std::string> all_borrowed;
  for (std::unordered_set<std::string>& some : borrowed)
    all_borrowed.merge(some);
  keep_borrowed_aliases(inventory, all_borrowed, marks);
  return marks;
}

}  // namespace dregs
