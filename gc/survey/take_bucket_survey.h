// take_bucket_survey() does for a registry in object storage what take_survey()
// does for one on a disk.
#pragma once

#include "gc/survey/complete_survey.h"
#include "scanner/bucket/scan_bucket.h"
#include "scanner/store/known_manifests.h"

namespace dregs {

struct BucketSurvey {
  Survey survey;
  // What was listed besides the inventory, which is the survey's.
  BucketScan scan;
};

// `proxy_cache` is what the configuration says. The survey is not complete
// where `stop` was requested. Throws StorageError where the storage does not
// answer or contradicts itself: then nothing is known. scan_bucket() says what
// `emptied` means, BucketManifests what `known` means.
BucketSurvey take_bucket_survey(const BucketRoot& root, bool proxy_cache,
                                const StopRequest& stop,
                                SurveyProgress& progress,
                                const EmptiedRepositories& emptied = {},
                                KnownManifests* known = nullptr);

}  // namespace dregs
