// take_survey() scans a store on a disk, reads every manifest and finds what is
// wrong. Every command begins with it.
#pragma once

#include "gc/survey/complete_survey.h"

namespace dregs {

// `v2` is borrowed. `proxy_cache` is what the configuration says. The survey is
// not complete where `stop` was requested: check that before you use it.
Survey take_survey(int v2, bool proxy_cache, const StopRequest& stop,
                   SurveyProgress& progress);

}  // namespace dregs
