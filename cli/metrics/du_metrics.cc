#include "cli/metrics/du_metrics.h"

#include <algorithm>
#include <vector>

#include "cli/metrics/gauges.h"
#include "gc/mark/policy.h"

namespace dregs {
namespace {

std::vector<const RepositoryUsage*> largest_of(
    const std::vector<RepositoryUsage>& repositories, std::size_t top) {
  std::vector<const RepositoryUsage*> all;
  all.reserve(repositories.size());
  for (const RepositoryUsage& each : repositories) all.push_back(&each);
  std::sort(all.begin(), all.end(),
            [](const RepositoryUsage* a, const RepositoryUsage* b) {
              const std::uint64_t left = a->usage.total.bytes;
              const std::uint64_t right = b->usage.total.bytes;
              return left != right ? left > right : a->name < b->name;
            });
  all.resize(std::min(all.size(), top));
  return all;
}

Gauges::Samples samples(const std::vector<const RepositoryUsage*>& largest,
                        Amount Usage::*part) {
  Gauges::Samples each;
  for (const RepositoryUsage* repository : largest)
    each.emplace_back(repository->name, (repository->usage.*part).bytes);
  return each;
}

}  // namespace

std::string du_metrics(const DuReport& report, std::size_t top,
                       std::int64_t now_ns) {
  const auto largest = largest_of(report.repositories, top);
  const auto bytes = [](const Amount& amount) {
    return static_cast<double>(amount.bytes);
  };
  Gauges gauges("dregs_du");
  gauges.add_end({"du", now_ns / kSecond_ns, report.exit_code, report.seconds});
  gauges.add("repositories", "Repositories, also those that are not named.",
             static_cast<double>(report.all_repositories));
  gauges.add("blob_bytes", "Bytes of all blobs.", bytes(report.all));
  gauges.add("live_bytes", "Bytes of the blobs that an image needs.",
             bytes(report.live));
  gauges.add("reclaimable_bytes", "What gc would free.",
             bytes(report.gc_frees));
  gauges.add("reclaimable_untagged_bytes",
             "What gc --delete-untagged would free.", bytes(report.gc_m_frees));
  gauges.add("repository_bytes", "All that is kept for it.", "repository",
             samples(largest, &Usage::total));
  gauges.add("repository_shared_bytes", "Of that, what others keep as well.",
             "repository", samples(largest, &Usage::shared));
  gauges.add("repository_own_bytes", "What removing it alone would free.",
             "repository", samples(largest, &Usage::own));
  gauges.add_findings(report.findings);
  return gauges.text();
}

}  // namespace dregs
