#include "gc/runs/shown_survey.h"

#include "gc/survey/take_survey.h"
#include "scanner/disk/look_around.h"

namespace dregs {

Survey survey_with_progress(const OpenedStore& store, const ShowProgress& show,
                            const StopRequest& stop) {
  SurveyProgress progress;
  const ShownLine line = show.survey ? show.survey(progress) : nullptr;
  Survey survey =
      take_survey(store.v2.get(), store.proxy_cache, stop, progress);
  survey.surroundings.database_in_use |=
      look_around(store.root.rootdirectory).database_in_use;
  return survey;
}

}  // namespace dregs
