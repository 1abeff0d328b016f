// One scan, every manifest, what is wrong: how each command begins.
#pragma once

#include "gc/mark/survey.h"
#include "scanner/disk/read_manifests.h"
#include "scanner/disk/scan.h"

namespace dregs {

struct SurveyProgress {
  ScanProgress scan;
  ManifestProgress manifests;
};

// `v2` is borrowed; `proxy_cache` is what the configuration says. Ends early,
// with parts missing, where `stop` is requested: look at it before use.
Survey take_survey(int v2, bool proxy_cache, const StopRequest& stop,
                   SurveyProgress& progress);

}  // namespace dregs
