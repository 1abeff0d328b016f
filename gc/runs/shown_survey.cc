#include "gc/runs/shown_survey.h"

namespace dregs {

Survey survey_with_progress(const OpenedStore& store, const ShowProgress& show,
                            const StopRequest& stop) {
  SurveyProgress progress;
  const ShownLine line = show.survey ? show.survey(progress) : nullptr;
  return store.storage->take_survey(store.proxy_cache, stop, progress);
}

}  // namespace dregs
