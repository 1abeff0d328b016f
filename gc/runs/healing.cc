#include "gc/runs/healing.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "gc/saved/run_name.h"

namespace dregs {
namespace {

bool is_the_same(const OpenedStore& a, const OpenedStore& b) {
  if (a.in_bucket() || b.in_bucket())
    return a.in_bucket() && b.in_bucket() &&
           a.storage->identity() == b.storage->identity();
  FileStatus theirs;
  FileStatus ours;
  return descriptor_status(a.v2.get(), theirs) == 0 &&
         descriptor_status(b.v2.get(), ours) == 0 &&
         theirs.device == ours.device && theirs.inode == ours.inode;
}

// A file is a registry's configuration, which says where a bucket elsewhere is.
RootRequest request_of(const std::string& from, const RootRequest& own) {
  RootRequest request;
  request.bucket = own.bucket;
  request.bucket.cache_file.clear();  // it is of the registry itself
  request.environment = own.environment;
  // These are about the registry's own configuration.
  std::erase_if(request.environment, [](const std::string& variable) {
    return variable.starts_with("REGISTRY_");
  });
  std::error_code error;
  if (!std::filesystem::is_regular_file(from, error)) {
    request.root = from;
    return request;
  }
  request.config = from;
  request.bucket.endpoint.clear();
  request.bucket.region.clear();
  request.bucket.path_style = false;
  return request;
}

OpenedStore open_other(const std::string& from, const OpenedStore& store,
                       const RootRequest& own) {
  try {
    OpenedStore other = open_store(request_of(from, own));
    if (is_the_same(other, store))
      throw RootError(from +
                      ": is this registry itself; name the root of a "
                      "replica, a backup or a snapshot");
    return other;
  } catch (const RootError& error) {
    throw RootError(fmt::format("--repair-from {}", error.what()));
  }
}

bool is_done(const Repaired& repaired) {
  return repaired.outcome == Repaired::Outcome::done;
}

}  // namespace

Healing::Healing(const HealingOptions& options, const OpenedStore& store,
                 const RootRequest& own)
    : options_(options), healer_(store.storage->healer(name_of_run())) {
  if (!options.from.empty()) other_ = open_other(options.from, store, own);
}

bool Healing::heal(const std::vector<Finding>& findings,
                   const ShowProgress& show, const StopRequest& stop) {
  std::vector<Repair> repairs =
      repairable(findings, other_.has_value(), options_.links);
  std::erase_if(repairs, [this](const Repair& repair) {
    const auto before = repaired_.find(repair);
    return before != repaired_.end() && is_done(before->second);
  });
  RepairProgress progress;
  progress.files = repairs.size();
  const ShownLine line = show.repair ? show.repair(progress) : nullptr;
  const std::vector<Repaired> some = healer_->repair(
      repairs, other_ ? &other_->reader() : nullptr, stop, progress.bytes);
  for (const Repaired& repaired : some)
    repaired_.insert_or_assign(repaired.repair, repaired);
  return std::any_of(some.begin(), some.end(), is_done);
}

std::vector<Quarantined> Healing::quarantine(
    const std::vector<Finding>& findings) {
  return healer_->quarantine(findings);
}

std::vector<Repaired> Healing::repaired() const {
  std::vector<Repaired> all;
  std::transform(repaired_.begin(), repaired_.end(), std::back_inserter(all),
                 [](const auto& each) { return each.second; });
  return all;
}

}  // namespace dregs
