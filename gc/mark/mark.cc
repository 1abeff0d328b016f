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

class Marker {
 public:
  Marker(const Inventory& inventory, const ManifestGraph& graph,
         const Pins& pins, const Policy& policy)
      : inventory_(inventory),
        graph_(graph),
        pins_(pins),
        policy_(policy),
        aliases_(inventory, graph),
        closures_([this] { return Closure(inventory_, graph_, aliases_); }) {}

  MarkSet run() {
    marks_.live.assign(inventory_.blobs.size(), 0);
    marks_.held.assign(inventory_.blobs.size(), 0);
    marks_.repositories.resize(inventory_.repositories.size());
    for_each_repository(inventory_,
                        [this](std::size_t i) { mark_repository(i); });
    keep_borrowed_aliases();
    return std::move(marks_);
  }

 private:
  void mark_repository(std::size_t i) {
    Closure& closure = closures_.local();
    RepositoryMark& mark = marks_.repositories[i];
    mark.pinned = is_pinned(pins_[i], policy_);
    closure.start(i);
    if (mark.pinned || !policy_.delete_untagged)
      add_all_roots(closure, graph_.repository(i));
    else
      add_tagged_roots(closure, graph_.repository(i));
    for (const DigestId id : closure.order())
      if (graph_.present(id)) set(marks_.live[id]);
    keep_links(closure, i, mark);
    mark.has_image = has_image(graph_.repository(i), mark);
    for (const OtherReference* reference : closure.borrowed())
      borrowed_.local().insert(reference->digest);
    if (mark.pinned) hold_all(graph_.repository(i));
  }

  void add_tagged_roots(Closure& closure, const RepositoryIds& ids) {
    closure.follow_referrers();
    for (const DigestId id : ids.tags) closure.add_manifest(id);
    add_roots_beside_tags(closure, inventory_, graph_, policy_, ids);
  }

  bool is_young(DigestId id) const {
    return graph_.present(id) && policy_.is_young(inventory_.blobs[id].times());
  }

  bool has_image(const RepositoryIds& ids, const RepositoryMark& mark) const {
    const auto sound = [this](DigestId id) {
      return id != kNoDigest && is_sound_manifest(graph_.node(id));
    };
    if (std::any_of(ids.tags.begin(), ids.tags.end(), sound)) return true;
    if (mark.pinned && policy_.delete_untagged) return false;
    for (std::size_t r = 0; r < ids.revisions.size(); ++r)
      if (mark.revisions[r] && sound(ids.revisions[r])) return true;
    return false;
  }

  void keep_links(const Closure& closure, std::size_t i, RepositoryMark& mark) {
    const RepositoryIds& ids = graph_.repository(i);
    for (const DigestId id : ids.revisions)
      mark.revisions.push_back(mark.pinned || closure.reached(id));
    for (const DigestId id : ids.layers)
      mark.layers.push_back(mark.pinned || closure.reached(id) || is_young(id));
    for (std::size_t a = 0; a < ids.aliases.size(); ++a)
      mark.aliases.push_back(mark.pinned || closure.reached_alias(a) ||
                             names_untagged(ids, ids.aliases[a]) ||
                             !graph_.present(ids.aliases[a]) ||
                             is_young(ids.aliases[a]));
  }

  // A manifest that is served under the alias, and that no tag reaches.
  bool names_untagged(const RepositoryIds& ids, DigestId id) const {
    return !policy_.delete_untagged &&
           std::ranges::binary_search(ids.manifests_among_layers, id);
  }

  // Nothing else says which blob another repository's image means.
  void keep_borrowed_aliases() {
    std::unordered_set<std::string> borrowed;
    for (std::unordered_set<std::string>& some : borrowed_)
      borrowed.merge(some);
    if (borrowed.empty()) return;
    for (std::size_t i = 0; i < marks_.repositories.size(); ++i) {
      const std::vector<LayerAlias>& aliases =
          inventory_.repositories[i].aliases;
      for (std::size_t a = 0; a < aliases.size(); ++a)
        if (borrowed.contains(aliases[a].digest))
          marks_.repositories[i].aliases[a] = true;
    }
  }

  // U(R): whatever a link names can be served, whether needed or not. The
  // other links are roots.
  void hold_all(const RepositoryIds& ids) {
    for (const std::vector<DigestId>* each : {&ids.layers, &ids.aliases})
      for (const DigestId id : *each)
        if (graph_.present(id)) set(marks_.held[id]);
  }

  const Inventory& inventory_;
  const ManifestGraph& graph_;
  const Pins& pins_;
  const Policy& policy_;
  AliasIndex aliases_;
  tbb::enumerable_thread_specific<Closure> closures_;
  tbb::enumerable_thread_specific<std::unordered_set<std::string>> borrowed_;
  MarkSet marks_;
};

}  // namespace

bool RepositoryMark::keeps_revision(const Repository& repository,
                                    const Digest& digest) const {
  const std::vector<Digest>& all = repository.revisions;
  const auto found = std::lower_bound(all.begin(), all.end(), digest);
  return found != all.end() && *found == digest &&
         revisions[static_cast<std::size_t>(found - all.begin())];
}

bool is_pinned(const std::vector<PinReason>& reasons, const Policy& policy) {
  const bool may_shrink = policy.delete_untagged && policy.allow_proxy_cache;
  return std::any_of(reasons.begin(), reasons.end(), [&](const PinReason& why) {
    return why.kind != FindingKind::proxy_cache || !may_shrink;
  });
}

MarkSet mark(const Inventory& inventory, const ManifestGraph& graph,
             const Pins& pins, const Policy& policy) {
  return Marker(inventory, graph, pins, policy).run();
}

}  // namespace dregs
