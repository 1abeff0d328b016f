// take_survey() scans the store, reads every manifest and finds what is wrong.
// Every command begins with it.
#pragma once

#include "gc/mark/survey.h"
#include "scanner/disk/read_manifests.h"
#include "scanner/disk/scan.h"

namespace dregs {

struct SurveyProgress {
  ScanProgress scan;
  ManifestProgress manifests;
};

// `v2` is borrowed. `proxy_cache` is what the configuration says. The survey is
// not complete where `stop` was requested: check that before you use it.
Survey take_survey(int v2, bool proxy_cache, const StopRequest& stop,
                   SurveyProgress& progress);

}  // namespace dregs
