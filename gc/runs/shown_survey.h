// A survey with a line that shows how far it is.
#pragma once

#include "gc/context/progress.h"
#include "gc/runs/opened_store.h"
#include "gc/runs/shown_survey.h"
#include "gc/survey/take_survey.h"

namespace dregs {

// take_survey() of an opened store.
Survey survey_with_progress(const OpenedStore& store, const ShowProgress& show,
                            const StopRequest& stop);

}  // namespace dregs
