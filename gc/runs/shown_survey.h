// Takes a survey and shows a progress line meanwhile.
#pragma once

#include "gc/context/progress.h"
#include "gc/runs/shown_survey.h"
#include "gc/storage/opened_store.h"
#include "gc/survey/take_survey.h"

namespace dregs {

// Does what take_survey() does, for an opened store.
Survey survey_with_progress(const OpenedStore& store, const ShowProgress& show,
                            const StopRequest& stop);

}  // namespace dregs
