// One pass over all closures fills the NeedCount and everybody's total; one
// pass over all blobs then tells what is whose alone. Shared is the rest.
#include "gc/explain/usage.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>

#include "gc/explain/need_count.h"
#include "gc/mark/roots.h"

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

class UsageCount {
 public:
  UsageCount(const Inventory& inventory, const ManifestGraph& graph,
             const Pins& pins, const Policy& policy)
      : inventory_(inventory),
        graph_(graph),
        pins_(pins),
        policy_(policy),
        aliases_(inventory, graph),
        needs_(inventory.blobs.size()),
        closures_([this] { return Closure(inventory_, graph_, aliases_); }) {}

  std::vector<Usage> of_repositories() {
    usages_.resize(inventory_.repositories.size());
    for_each_repository(inventory_, [this](std::size_t i) {
      count(close_over_all(i), static_cast<OwnerId>(i));
    });
    conclude();
    for (std::size_t i = 0; i < usages_.size(); ++i)
      add_unfinished(i, usages_[i]);
    return std::move(usages_);
  }

  Usage of_these(const std::vector<std::uint32_t>& repositories) {
    usages_.resize(1);
    std::vector<std::uint8_t> chosen(inventory_.repositories.size(), 0);
    for (const std::uint32_t i : repositories) chosen[i] = 1;
    // The chosen first: theirs is the total, whoever else needs it.
    Closure closure(inventory_, graph_, aliases_);
    BlobSum total;
    std::vector<std::uint8_t> seen(inventory_.blobs.size(), 0);
    for (const std::uint32_t i : repositories)
      for (const DigestId id : close_over_all(i, closure).order()) {
        if (!graph_.present(id) || seen[id] != 0) continue;
        seen[id] = 1;
        needs_.add(id, 0);
        total.add(inventory_.blobs[id]);
      }
    usages_[0].total = total.amount();
    for_each_repository(inventory_, [&](std::size_t i) {
      if (chosen[i] == 0) need(close_over_all(i), kSeveral);
    });
    conclude();
    for (const std::uint32_t i : repositories) add_unfinished(i, usages_[0]);
    return usages_[0];
  }

  std::vector<std::vector<Usage>> of_tags() {
    std::vector<OwnerId> first;  // of each repository's tags
    OwnerId tags = 0;
    for (const Repository& repository : inventory_.repositories) {
      first.push_back(tags);
      tags += static_cast<OwnerId>(repository.tags.size());
    }
    usages_.resize(tags);
    for_each_repository(inventory_,
                        [&](std::size_t i) { count_tags(i, first[i]); });
    conclude();
    std::vector<std::vector<Usage>> usages;
    for (std::size_t i = 0; i < first.size(); ++i) {
      const auto begin =
          usages_.begin() + static_cast<std::ptrdiff_t>(first[i]);
      usages.emplace_back(begin,
                          begin + static_cast<std::ptrdiff_t>(
                                      inventory_.repositories[i].tags.size()));
    }
    return usages;
  }

 private:
  const Closure& close_over_all(std::size_t i) {
    return close_over_all(i, closures_.local());
  }

  // What mark() keeps for a repository: also what it merely links, if pinned.
  const Closure& close_over_all(std::size_t i, Closure& closure) {
    const RepositoryIds& ids = graph_.repository(i);
    closure.start(i);
    add_all_roots(closure, ids);
    if (!pins_[i].empty())
      for (const auto* links : {&ids.layers, &ids.aliases})
        for (const DigestId id : *links) closure.add_blob(id);
    return closure;
  }

  void need(const Closure& closure, OwnerId owner) {
    for (const DigestId id : closure.order())
      if (graph_.present(id)) needs_.add(id, owner);
  }

  void count(const Closure& closure, OwnerId owner) {
    need(closure, owner);
    BlobSum sum;
    for (const DigestId id : closure.order())
      if (graph_.present(id)) sum.add(inventory_.blobs[id]);
    usages_[owner].total = sum.amount();
  }

  // As gc --delete-untagged marks: what no tag reaches is nobody's, but for
  // what stays all the same.
  void count_tags(std::size_t i, OwnerId first) {
    Closure& closure = closures_.local();
    if (!pins_[i].empty()) need(close_over_all(i), kSeveral);
    closure.start(i);
    closure.follow_referrers();
    add_roots_beside_tags(closure, inventory_, graph_, policy_,
                          graph_.repository(i));
    need(closure, kSeveral);
    const std::vector<DigestId>& tags = graph_.repository(i).tags;
    for (std::size_t t = 0; t < tags.size(); ++t) {
      closure.start_again();
      closure.add_manifest(tags[t]);
      count(closure, first + static_cast<OwnerId>(t));
    }
  }

  void conclude() {
    std::vector<Amount> alone(usages_.size());
    std::set<std::pair<OwnerId, std::uint64_t>> inodes;
    for (BlobId id = 0; id < inventory_.blobs.size(); ++id) {
      const OwnerId owner = needs_.owner(id);
      if (owner >= usages_.size()) continue;
      const Blob& blob = inventory_.blobs[id];
      const bool counted =
          blob.hard_linked && !inodes.emplace(owner, blob.inode).second;
      alone[owner] += {blob.size, counted ? 0 : kBlock * blob.disk_blocks};
      usages_[owner].own += freed_by(blob, policy_);
    }
    for (std::size_t owner = 0; owner < usages_.size(); ++owner) {
      Usage& usage = usages_[owner];
      usage.shared = {
          usage.total.bytes - alone[owner].bytes,
          usage.total.disk - std::min(usage.total.disk, alone[owner].disk)};
    }
  }

  void add_unfinished(std::size_t i, Usage& usage) const {
    const Amount more =
        unfinished(inventory_.repositories[i], !pins_[i].empty(), policy_);
    usage.total += more;
    usage.own += more;
  }

  const Inventory& inventory_;
  const ManifestGraph& graph_;
  const Pins& pins_;
  const Policy& policy_;
  AliasIndex aliases_;
  NeedCount needs_;
  tbb::enumerable_thread_specific<Closure> closures_;
  std::vector<Usage> usages_;  // by owner
};

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
  return UsageCount(inventory, graph, pins, policy).of_repositories();
}

Usage usage_together(const Inventory& inventory, const ManifestGraph& graph,
                     const Pins& pins, const Policy& policy,
                     const std::vector<std::uint32_t>& repositories) {
  return UsageCount(inventory, graph, pins, policy).of_these(repositories);
}

std::vector<std::vector<Usage>> usage_of_tags(const Inventory& inventory,
                                              const ManifestGraph& graph,
                                              const Pins& pins,
                                              const Policy& policy) {
  return UsageCount(inventory, graph, pins, policy).of_tags();
}

}  // namespace dregs
