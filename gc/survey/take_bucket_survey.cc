#include "gc/survey/take_bucket_survey.h"

#include "scanner/bucket/bucket_manifests.h"
#include "scanner/bucket/look_around_bucket.h"

namespace dregs {

BucketSurvey take_bucket_survey(const BucketRoot& root, bool proxy_cache,
                                const StopRequest& stop,
                                SurveyProgress& progress,
                                const EmptiedRepositories& emptied,
                                KnownManifests* known) {
  BucketSurvey taken;
  Survey& survey = taken.survey;
  survey.surroundings = look_around(root);
  survey.surroundings.proxy_cache |= proxy_cache;
  taken.scan = scan_bucket(root, stop, progress.scan, emptied);
  survey.inventory = std::move(taken.scan.inventory);
  if (!stop.requested())
    complete_survey(BucketManifests(root, taken.scan, known), stop,
                    progress.manifests, survey);
  return taken;
}

}  // namespace dregs
