#include "gc/survey/take_survey.h"

#include "scanner/disk/look_around.h"
#include "scanner/disk/manifest_reader.h"
#include "scanner/disk/scan.h"

namespace dregs {

Survey take_survey(int v2, bool proxy_cache, const StopRequest& stop,
                   SurveyProgress& progress) {
  Survey survey;
  survey.surroundings = look_around(v2);
  survey.surroundings.proxy_cache |= proxy_cache;
  survey.inventory = scan(v2, stop, progress.scan);
  complete_survey(DiskManifests(v2), stop, progress.manifests, survey);
  return survey;
}

}  // namespace dregs
