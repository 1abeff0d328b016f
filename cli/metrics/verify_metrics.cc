#include "cli/metrics/verify_metrics.h"

#include <algorithm>

#include "cli/metrics/gauges.h"
#include "gc/mark/policy.h"

namespace dregs {
namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

void add_proved(const ProvedBlobs& proved, Gauges& gauges) {
  std::uint64_t bytes = 0;
  std::int64_t oldest_ns = 0;
  for (const ProvedBlob& blob : proved) {
    bytes += blob.size;
    oldest_ns =
        oldest_ns == 0 ? blob.proved_ns : std::min(oldest_ns, blob.proved_ns);
  }
  gauges.add("proved_blobs", "Blobs that this or an earlier run proved.",
             number(proved.size()));
  gauges.add("proved_bytes", "Bytes of those.", number(bytes));
  if (oldest_ns > 0)
    gauges.add("oldest_proof_timestamp_seconds",
               "When the one was proved that is due next.",
               number(static_cast<std::uint64_t>(oldest_ns / kSecond_ns)));
}

}  // namespace

std::string verify_metrics(const VerifyReport& report,
                           const ProvedBlobs* proved, std::int64_t now_ns,
                           const std::string& before) {
  const Verified& verified = report.verified;
  const Gauges::Run run{"verify", now_ns / kSecond_ns, report.exit_code,
                        report.seconds};
  Gauges gauges("dregs_verify");
  gauges.add_end(run);
  gauges.add("checked_blobs", "Blobs that it read.", number(verified.blobs));
  gauges.add("checked_bytes", "Bytes of those.", number(verified.bytes));
  gauges.add("unsound_blobs", "Blobs that are not what their digests say.",
             "state",
             {{"corrupt", verified.corrupt},
              {"missing", verified.missing},
              {"unreadable", verified.unreadable}});
  gauges.add("broken", "Tags and revisions that cannot be pulled.", "kind",
             {{"tag", verified.broken_tags.size()},
              {"revision", verified.broken_revisions.size()}});
  if (proved != nullptr) add_proved(*proved, gauges);
  gauges.add_findings(verified.findings);
  gauges.add_last_success(run, before);
  return gauges.text();
}

}  // namespace dregs
