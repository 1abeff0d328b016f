// Makes a RunContext from the global options.
#pragma once

#include <string>

#include "cli/arguments/options.h"
#include "gc/context/run_context.h"
#include "gc/storage/opened_store.h"
#include "gc/survey/take_survey.h"

namespace dregs {

// Signals stop the run. It shows its progress unless --quiet was given.
RunContext run_context(const GlobalOptions& options);

// Says which root the options and the environment ask for.
RootRequest root_request(const GlobalOptions& options);

// Throws as open_store(RootRequest) does.
OpenedStore open_store(const GlobalOptions& options);

// Describes the progress after `seconds`, such as "reading manifests: …".
std::string describe(const SurveyProgress& progress, double seconds);

}  // namespace dregs
