// Everything that is known about a store before anything is decided: one scan,
// every manifest, what is wrong. What all commands start from.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>

#include "gc/diagnose.h"
#include "gc/plan.h"
#include "gc/refusal.h"
#include "scanner/manifest_graph.h"
#include "scanner/scan.h"

namespace dregs {

struct Survey {
  Inventory inventory;
  ManifestGraph graph;
  Diagnosis diagnosis;
  Surroundings surroundings;
};

struct SurveyProgress {
  ScanProgress scan;
  ManifestProgress manifests;
};

// `v2` is borrowed; `proxy_cache` is what the configuration says. Ends early,
// with parts missing, where `stop` is requested: look at it before use.
Survey take_survey(int v2, bool proxy_cache, const StopRequest& stop,
                   SurveyProgress& progress);

// What may still go when nothing in these repositories (by position) may,
// because something there could not be removed.
Plan plan_without(const Survey& survey,
                  const std::set<std::uint32_t>& repositories,
                  const Policy& policy);

}  // namespace dregs
