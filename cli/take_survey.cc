#include "cli/take_survey.h"

#include "cli/survey_progress.h"
#include "cli/terminal.h"

namespace dregs {

Survey survey_with_progress(const OpenedStore& store,
                            const GlobalOptions& options,
                            const StopRequest& stop,
                            const Stopwatch& stopwatch) {
  SurveyProgress progress;
  const ProgressLine line(
      !options.quiet, [&] { return describe(progress, stopwatch.seconds()); });
  Survey survey =
      take_survey(store.v2.get(), store.proxy_cache, stop, progress);
  survey.surroundings.database_in_use |=
      look_around(store.root.rootdirectory).database_in_use;
  return survey;
}

}  // namespace dregs
