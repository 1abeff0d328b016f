// A survey with its progress line.
#pragma once

#include "cli/opened_store.h"
#include "cli/stopwatch.h"
#include "gc/survey.h"

namespace dregs {

Survey survey_with_progress(const OpenedStore& store,
                            const GlobalOptions& options,
                            const StopRequest& stop,
                            const Stopwatch& stopwatch);

}  // namespace dregs
