#include "gc/runs/healing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gc/saved/run_name.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

OpenedStore open_other(const std::string& folder, const OpenedStore& store) {
  try {
    RootRequest request;
    request.root = folder;
    OpenedStore other = open_store(request);
    FileStatus theirs;
    FileStatus ours;
    if (descriptor_status(other.v2.get(), theirs) == 0 &&
        descriptor_status(store.v2.get(), ours) == 0 &&
        theirs.device == ours.device && theirs.inode == ours.inode)
      throw RootError(folder +
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

Healing::Healing(const HealingOptions& options, const OpenedStore& store)
    : options_(options), store_(store), run_(name_of_run()) {
  if (!options.from.empty()) other_ = open_other(options.from, store);
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
  const std::vector<Repaired> some =
      carry_out(repairs, store_.v2.get(), other_ ? other_->v2.get() : -1, run_,
                stop, progress.bytes);
  for (const Repaired& repaired : some)
    repaired_.insert_or_assign(repaired.repair, repaired);
  return std::any_of(some.begin(), some.end(), is_done);
}

std::vector<Repaired> Healing::repaired() const {
  std::vector<Repaired> all;
  std::transform(repaired_.begin(), repaired_.end(), std::back_inserter(all),
                 [](const auto& each) { return each.second; });
  return all;
}

}  // namespace dregs
