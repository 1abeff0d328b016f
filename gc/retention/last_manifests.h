// last_manifests() says which manifests are among the last N
// (retention-rules.md#3.3). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "gc/rules/retention_policy.h"
#include "gc/rules/semantic_version.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

// A manifest as one of its tags dates it.
struct DatedManifest {
  DigestId manifest = kNoDigest;
  std::int64_t time_ns = 0;
  std::optional<SemanticVersion> version{};  // has to be set to sort by it
};

struct LastManifests {
  std::set<DigestId> kept;
  std::size_t of = 0;  // so many different manifests there are
};

// A manifest is as new as the newest of its tags. It is kept where it is as new
// as the last one that has a place, so ties are kept.
LastManifests last_manifests(const std::vector<DatedManifest>& tags,
                             std::uint64_t most, RetentionOrder order);

}  // namespace dregs
