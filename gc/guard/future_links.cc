#include "gc/guard/future_links.h"

#include <fmt/format.h>
#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>

#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

std::string link_of(const Removal& removal, const Inventory& inventory) {
  const std::string folder = path_of(removal, inventory);
  return layout::link_in(removal.kind == RemovalKind::tag ? folder + "/current"
                                                          : folder);
}

void note(const std::string& path, std::uint64_t count,
          FutureLinks::Found& found) {
  found.count += count;
  if (found.path.empty() || path < found.path) found.path = path;
}

}  // namespace

FutureLinks find_future_links(int v2, const Inventory& inventory,
                              const Plan& plan, std::int64_t now_ns) {
  const auto links_end = std::partition_point(
      plan.removals.begin(), plan.removals.end(),
      [](const Removal& each) { return each.kind < RemovalKind::blob; });
  const auto count =
      static_cast<std::size_t>(links_end - plan.removals.begin());
  tbb::enumerable_thread_specific<FutureLinks> shares;
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, count, 64), [&](const auto& range) {
        for (std::size_t i = range.begin(); i < range.end(); ++i) {
          const Removal& removal = plan.removals[i];
          const std::string path = link_of(removal, inventory);
          FileStatus status;
          if (file_status(v2, path.c_str(), status) == 0 &&
              status.changed_ns > now_ns)
            note(path, 1, shares.local().found[removal.repository]);
        }
      });
  FutureLinks all;
  for (const FutureLinks& share : shares)
    for (const auto& [repository, found] : share.found)
      note(found.path, found.count, all.found[repository]);
  return all;
}

std::vector<Finding> findings_of(const FutureLinks& links,
                                 const Inventory& inventory) {
  std::vector<Finding> findings;
  for (const auto& [repository, found] : links.found) {
    Finding finding;
    finding.kind = FindingKind::future_link;
    finding.path = found.path;
    finding.repository = inventory.repositories[repository].name;
    finding.detail = fmt::format(
        "its time has not come yet, so nobody can tell whether it was written "
        "just now{}; nothing in this repository is removed",
        found.count == 1
            ? ""
            : fmt::format(", nor of {} other links here", found.count - 1));
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace dregs
