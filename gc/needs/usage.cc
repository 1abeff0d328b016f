// One pass over all closures fills the NeedCount and everybody's total; one
// pass over all blobs then tells what is whose alone. Shared is the rest.
#include "gc/needs/usage.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>

#include "gc/mark/roots.h"
#include "gc/needs/need_count.h"

namespace dregs {
namespace {

constexpr std::uint64_t kBlock = 512;

// What a repository loses only with itself.
Amount unfinished(const Repository& repository, bool pinned,
                  const Policy& policy) {
  Amount amount;
  const auto add = [&](std::uint64_t bytes, const FileTimes& times) {
    if (pinned || policy.is_fresh_upload(times)) amount += {bytes, bytes};
  };
  for (const Upload& upload : repository.uploads)
    if (upload.recognised) add(upload.bytes, upload.times);
  for (const TemporaryFile& file : repository.temporary_files)
    add(file.bytes, file.times);
  return amount;
}

using Closures = tbb::enumerable_thread_specific<Closure>;

// What is counted in. It borrows all but the aliases.
struct CountedStore {
  CountedStore(const Inventory& all, const ManifestGraph& manifests,
               const Pins& reasons, const Policy& rules)
      : inventory(all),
        graph(manifests),
        pins(reasons),
        policy(rules),
        aliases(all, manifests) {}

  Closure closure() const { return Closure(inventory, graph, aliases); }

  const Inventory& inventory;
  const ManifestGraph& graph;
  const Pins& pins;
  const Policy& policy;
  AliasIndex aliases;
};

// What mark() keeps for a repository: also what it merely links, if pinned.
void close_over_all(const CountedStore& store, std::size_t i,
                    Closure& closure) {
  const RepositoryIds& ids = store.graph.repository(i);
  closure.start(i);
  if (store.pins[i].empty())
    add_all_roots(closure, ids);
  else
    add_whole_repository(closure, ids);
}

void need(const CountedStore& store, const Closure& closure, OwnerId owner,
          NeedCount& needs) {
  for (const DigestId id : closure.order())
    if (store.graph.present(id)) needs.add(id, owner);
}

// Returns what the closure needs, whoever else needs it too.
Amount total_of(const CountedStore& store, const Closure& closure) {
  BlobSum sum;
  for (const DigestId id : closure.order())
    if (store.graph.present(id)) sum.add(store.inventory.blobs[id]);
  return sum.amount();
}

// Fills in what is whose alone, and what is shared. Everybody's total is known.
void conclude(const CountedStore& store, const NeedCount& needs,
              std::vector<Usage>& usages) {
  const BlobTable& blobs = store.inventory.blobs;
  std::vector<Amount> alone(usages.size());
  std::set<std::pair<OwnerId, std::uint64_t>> inodes;
  for (BlobId id = 0; id < blobs.size(); ++id) {
    const OwnerId owner = needs.owner(id);
    if (owner >= usages.size()) continue;
    const Blob& blob = blobs[id];
    const bool counted =
        blob.hard_linked && !inodes.emplace(owner, blob.inode).second;
    alone[owner] += {blob.size, counted ? 0 : kBlock * blob.disk_blocks};
    usages[owner].own += freed_by(blob, store.policy);
  }
  for (std::size_t owner = 0; owner < usages.size(); ++owner) {
    Usage& usage = usages[owner];
    usage.shared = {
        usage.total.bytes - alone[owner].bytes,
        usage.total.disk - std::min(usage.total.disk, alone[owner].disk)};
  }
}

void add_unfinished(const CountedStore& store, std::size_t i, Usage& usage) {
  const Amount more = unfinished(store.inventory.repositories[i],
                                 !store.pins[i].empty(), store.policy);
  usage.total += more;
  usage.own += more;
}

// As gc --delete-untagged marks: what no tag reaches is nobody's, but for what
// stays all the same. `first` is the owner of the first tag.
void count_tags(const CountedStore& store, std::size_t i, OwnerId first,
                Closure& closure, NeedCount& needs,
                std::vector<Usage>& usages) {
  const RepositoryIds& ids = store.graph.repository(i);
  if (!store.pins[i].empty()) {
    close_over_all(store, i, closure);
    need(store, closure, kSeveral, needs);
  }
  closure.start(i);
  closure.follow_referrers();
  add_roots_beside_tags(closure, store.inventory, store.graph, store.policy,
                        ids);
  need(store, closure, kSeveral, needs);
  for (std::size_t t = 0; t < ids.tags.size(); ++t) {
    const OwnerId owner = first + static_cast<OwnerId>(t);
    closure.start_again();
    closure.add_manifest(ids.tags[t]);
    need(store, closure, owner, needs);
    usages[owner].total = total_of(store, closure);
  }
}

// Returns what these repositories need together, and counts it as owner 0's.
Amount total_together(const CountedStore& store,
                      const std::vector<std::uint32_t>& repositories,
                      NeedCount& needs) {
  Closure closure = store.closure();
  BlobSum total;
  std::vector<std::uint8_t> seen(store.inventory.blobs.size(), 0);
  for (const std::uint32_t i : repositories) {
    close_over_all(store, i, closure);
    for (const DigestId id : closure.order()) {
      if (!store.graph.present(id) || seen[id] != 0) continue;
      seen[id] = 1;
      needs.add(id, 0);
      total.add(store.inventory.blobs[id]);
    }
  }
  return total.amount();
}

}  // namespace

void BlobSum::add(const Blob& blob) {
  amount_.bytes += blob.size;
  if (!blob.hard_linked || inodes_.insert(blob.inode).second)
    amount_.disk += kBlock * blob.disk_blocks;
}

Amount freed_by(const Blob& blob, const Policy& policy) {
  if (!blob.removable || blob.hard_linked || policy.is_young(blob.times()))
    return {};
  return {blob.size, kBlock * blob.disk_blocks};
}

std::vector<Usage> usage_of_repositories(const Inventory& inventory,
                                         const ManifestGraph& graph,
                                         const Pins& pins,
                                         const Policy& policy) {
  const CountedStore store(inventory, graph, pins, policy);
  Closures closures([&] { return store.closure(); });
  NeedCount needs(inventory.blobs.size());
  std::vector<Usage> usages(inventory.repositories.size());
  for_each_repository(inventory, [&](std::size_t i) {
    Closure& closure = closures.local();
    close_over_all(store, i, closure);
    need(store, closure, static_cast<OwnerId>(i), needs);
    usages[i].total = total_of(store, closure);
  });
  conclude(store, needs, usages);
  for (std::size_t i = 0; i < usages.size(); ++i)
    add_unfinished(store, i, usages[i]);
  return usages;
}

Usage usage_together(const Inventory& inventory, const ManifestGraph& graph,
                     const Pins& pins, const Policy& policy,
                     const std::vector<std::uint32_t>& repositories) {
  const CountedStore store(inventory, graph, pins, policy);
  Closures closures([&] { return store.closure(); });
  NeedCount needs(inventory.blobs.size());
  std::vector<std::uint8_t> chosen(inventory.repositories.size(), 0);
  for (const std::uint32_t i : repositories) chosen[i] = 1;
  std::vector<Usage> usages(1);
  usages[0].total = total_together(store, repositories, needs);
  for_each_repository(inventory, [&](std::size_t i) {
    if (chosen[i] != 0) return;
    Closure& closure = closures.local();
    close_over_all(store, i, closure);
    need(store, closure, kSeveral, needs);
  });
  conclude(store, needs, usages);
  for (const std::uint32_t i : repositories)
    add_unfinished(store, i, usages[0]);
  return usages[0];
}

std::vector<std::vector<Usage>> usage_of_tags(const Inventory& inventory,
                                              const ManifestGraph& graph,
                                              const Pins& pins,
                                              const Policy& policy) {
  const CountedStore store(inventory, graph, pins, policy);
  Closures closures([&] { return store.closure(); });
  NeedCount needs(inventory.blobs.size());
  std::vector<OwnerId> first;  // of each repository's tags
  OwnerId tags = 0;
  for (const Repository& repository : inventory.repositories) {
    first.push_back(tags);
    tags += static_cast<OwnerId>(repository.tags.size());
  }
  std::vector<Usage> usages(tags);
  for_each_repository(inventory, [&](std::size_t i) {
    count_tags(store, i, first[i], closures.local(), needs, usages);
  });
  conclude(store, needs, usages);
  std::vector<std::vector<Usage>> by_repository;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto begin = usages.begin() + static_cast<std::ptrdiff_t>(first[i]);
    by_repository.emplace_back(
        begin, begin + static_cast<std::ptrdiff_t>(
                           inventory.repositories[i].tags.size()));
  }
  return by_repository;
}

}  // namespace dregs
