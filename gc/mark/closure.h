// Everything that roots of one repository need, by format.md#3.6. A workspace
// for one thread: start() begins anew at the cost of nothing, so one Closure
// serves any number of repositories, tags and questions.
#pragma once

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "scanner/inventory/alias_index.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

class Closure {
 public:
  Closure(const Inventory& inventory, const ManifestGraph& graph,
          const AliasIndex& aliases);

  // Forgets everything; from here on roots are those of this repository.
  void start(std::size_t repository);
  // The same for the repository of the last start(), referrers still followed
  // if they were.
  void start_again();

  // Adds a manifest, or a digest that is kept without being one.
  void add_manifest(DigestId id);
  void add_blob(DigestId id);

  // Also keeps referrers: a revision whose subject is reached, or cannot be
  // told, is reached. Call after start() and before the roots.
  void follow_referrers();

  bool reached(DigestId id) const { return seen_[id] >= epoch_; }
  bool reached_alias(std::size_t position) const { return aliased_[position]; }
  // Everything reached, in the order in which it was.
  std::span<const DigestId> order() const { return order_; }
  // The manifests among them whose references were followed.
  std::span<const ManifestNode* const> manifests() const { return expanded_; }
  // Digests that only links of other repositories lead to something.
  std::span<const OtherReference* const> borrowed() const { return borrowed_; }
  // References that lead to nothing although something must be there.
  struct Unresolved {
    const ManifestNode* manifest = nullptr;
    const OtherReference* reference = nullptr;
  };
  std::span<const Unresolved> unresolved() const { return unresolved_; }

 private:
  void expand(const ManifestNode& node);
  void follow(const GraphEdge& edge);
  void resolve(const OtherReference& reference, const ManifestNode& node);
  bool has_revision(DigestId id) const;
  bool has_layer_link(DigestId id) const;
  void add_referrers_of(DigestId subject);

  const Inventory& inventory_;
  const ManifestGraph& graph_;
  const AliasIndex& aliases_;
  const Repository* repository_ = nullptr;
  const RepositoryIds* ids_ = nullptr;
  // epoch_: reached; epoch_ + 1: reached and expanded; less: neither.
  std::uint32_t epoch_ = 0;
  std::vector<std::uint32_t> seen_;
  std::vector<DigestId> order_;
  std::vector<DigestId> waiting_;
  bool working_ = false;
  std::vector<const ManifestNode*> expanded_;
  std::vector<Unresolved> unresolved_;
  std::vector<const OtherReference*> borrowed_;
  std::vector<char> aliased_;
  std::vector<std::pair<DigestId, DigestId>> referrers_;  // subject, referrer
};

// Calls body(number) for every number below `count`, in parallel on as many
// threads as there are cores: nothing here waits for a disk, and each thread's
// Closure is as large as the store has digests.
template <class Body>
void for_each_below(std::size_t count, const Body& body) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  tbb::task_arena arena(
      std::max(1, std::min(cores, tbb::this_task_arena::max_concurrency())));
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, count, body); });
}

template <class Body>
void for_each_repository(const Inventory& inventory, const Body& body) {
  for_each_below(inventory.repositories.size(), body);
}

}  // namespace dregs
