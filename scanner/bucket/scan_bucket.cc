#include "scanner/bucket/scan_bucket.h"

#include <tbb/parallel_for.h>

#include <algorithm>

#include "scanner/bucket/list_tree.h"
#include "scanner/bucket/prove_links.h"
#include "scanner/formats/append.h"
#include "scanner/keys/finish_repository.h"
#include "scanner/keys/tree_keys.h"

namespace dregs {
namespace {

// A folder that no server can see is above it, or it has no name.
bool is_hidden(std::string_view name) {
  return name.empty() || name.starts_with('_') ||
         name.find("/_") != std::string_view::npos;
}

std::size_t connections_of(const BucketRoot& root) {
  return static_cast<std::size_t>(std::max(root.connections, 1));
}

class BucketScanner {
 public:
  BucketScanner(const BucketRoot& root, const StopRequest& stop,
                ScanProgress& progress, const EmptiedRepositories& emptied)
      : root_(root),
        stop_(stop),
        progress_(progress),
        emptied_(emptied),
        keys_(root.v2.size()) {}

  BucketScan run() {
    scan_.inventory.started_ns = root_.store.now_ns();
    list();
    if (stop_.requested()) return std::move(scan_);
    scan_.stamps = keys_.stamps();
    keys_.finish(scan_.inventory, scan_.other_sizes);
    read();
    if (stop_.requested()) return std::move(scan_);
    finish_repositories();
    scan_.inventory.litter.report(scan_.inventory.findings);
    return std::move(scan_);
  }

 private:
  void list() {
    std::vector<TreeKeys> parts(connections_of(root_),
                                TreeKeys(root_.v2.size()));
    list_tree(
        root_.store, root_.v2, root_.connections, stop_,
        [&](std::size_t connection, std::span<const StoredObject> objects) {
          for (const StoredObject& object : objects)
            parts[connection].take(object);
          count(objects);
        });
    for (TreeKeys& part : parts) keys_.merge(std::move(part));
  }

  void count(std::span<const StoredObject> objects) {
    const auto links = static_cast<std::uint64_t>(std::count_if(
        objects.begin(), objects.end(), [](const StoredObject& object) {
          return object.key.ends_with("/link");
        }));
    progress_.links += links;
    progress_.blobs += static_cast<std::uint64_t>(std::count_if(
        objects.begin(), objects.end(), [this](const StoredObject& object) {
          return object.key.ends_with("/data") &&
                 object.key.compare(root_.v2.size(), 6, "blobs/") == 0;
        }));
  }

  void read() {
    scan_.pending = pending_parts(root_, stop_);
    uploads_ = pending_uploads_of(scan_.pending);
    for (const auto& [name, uploads] : uploads_)
      keys_.repositories.try_emplace(name);
    if (!uploads_.empty()) scan_.inventory.repositories_found = true;
    for (auto& [name, keys] : keys_.repositories) {
      keys.emptied = emptied_.contains(name);
      all_.emplace_back(&name, &keys);
    }
    tbb::parallel_for(std::size_t{0}, all_.size(),
                      [this](std::size_t i) { all_[i].second->finish(); });
    const ProvedLinks proved = prove_links(root_, stop_, keys_.repositories);
    scan_.links_read = proved.read;
    scan_.links_taken_by_name = proved.taken_by_name;
  }

  void finish_repositories() {
    std::vector<FinishedRepository> finished(all_.size());
    tbb::parallel_for(std::size_t{0}, all_.size(), [&](std::size_t i) {
      const auto& [name, keys] = all_[i];
      const auto pending = uploads_.find(*name);
      finished[i] = finish_repository(
          *name, is_hidden(*name), std::move(*keys),
          pending == uploads_.end() ? std::vector<Upload>() : pending->second);
    });
    for (FinishedRepository& each : finished) gather(each);
  }

  void gather(FinishedRepository& each) {
    Inventory& inventory = scan_.inventory;
    append(inventory.findings, std::move(each.scan.findings));
    append(inventory.obstacles, std::move(each.scan.obstacles));
    inventory.litter.merge(each.scan.litter);
    if (!each.signatures.empty())
      scan_.signatures[each.scan.repository.name] = std::move(each.signatures);
    inventory.repositories.push_back(std::move(each.scan.repository));
  }

  const BucketRoot& root_;
  const StopRequest& stop_;
  ScanProgress& progress_;
  const EmptiedRepositories& emptied_;
  TreeKeys keys_;
  std::vector<std::pair<const std::string*, RepositoryKeys*>> all_;
  std::map<std::string, std::vector<Upload>, std::less<>> uploads_;
  BucketScan scan_;
};

}  // namespace

std::vector<Digest> signatures_of(const BucketScan& scan,
                                  const std::string& repository,
                                  const Digest& revision) {
  std::vector<Digest> signatures;
  const auto found = scan.signatures.find(repository);
  if (found == scan.signatures.end()) return signatures;
  auto each = std::lower_bound(found->second.begin(), found->second.end(),
                               std::pair(revision, Digest()));
  for (; each != found->second.end() && each->first == revision; ++each)
    signatures.push_back(each->second);
  return signatures;
}

BucketScan scan_bucket(const BucketRoot& root, const StopRequest& stop,
                       ScanProgress& progress,
                       const EmptiedRepositories& emptied) {
  return BucketScanner(root, stop, progress, emptied).run();
}

BucketStamps stamp_bucket(const BucketRoot& root, const StopRequest& stop) {
  std::vector<BucketStamps> parts(connections_of(root));
  list_tree(
      root.store, root.v2, root.connections, stop,
      [&](std::size_t connection, std::span<const StoredObject> objects) {
        for (const StoredObject& object : objects)
          parts[connection].add(
              place_of_key(std::string_view(object.key).substr(root.v2.size())),
              object);
      });
  BucketStamps all;
  for (const BucketStamps& part : parts) all.merge(part);
  return all;
}

}  // namespace dregs
