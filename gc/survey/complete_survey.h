// What a survey does once the inventory is known, whatever storage it is of: it
// reads every manifest and finds what is wrong.
#pragma once

#include "gc/mark/survey.h"
#include "scanner/inventory/scan_progress.h"
#include "scanner/store/read_manifests.h"

namespace dregs {

struct SurveyProgress {
  ScanProgress scan;
  ManifestProgress manifests;
};

// `survey` has its surroundings and its inventory, and is given the rest. It is
// not complete where `stop` was requested.
void complete_survey(const ManifestSource& source, const StopRequest& stop,
                     ManifestProgress& progress, Survey& survey);

}  // namespace dregs
