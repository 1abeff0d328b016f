#include "gc/guard/aftercare.h"

#include <string>
#include <utility>

namespace dregs {
namespace {

Finding duty(FindingKind kind, std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.detail = std::move(detail);
  return finding;
}

}  // namespace

std::vector<Finding> aftercare(const ResolvedRoot& root,
                               const Exclusivity& others) {
  std::vector<Finding> duties;
  for (const std::string& registry : others.staying)
    duties.push_back(duty(FindingKind::restart_registry,
                          registry +
                              " stayed up, and its cache still knows what was "
                              "removed; restart it before it takes pushes"));
  if (others.uses_redis || (root.config && root.config->uses_redis))
    duties.push_back(duty(
        FindingKind::flush_redis,
        "the registry's cache in Redis still knows what was removed; flush it "
        "before the registry takes pushes: redis-cli FLUSHDB, at the address "
        "that the registry's configuration names"));
  return duties;
}

}  // namespace dregs
