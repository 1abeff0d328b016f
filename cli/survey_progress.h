// The progress line of a survey.
#pragma once

#include <string>

#include "gc/survey.h"

namespace dregs {

std::string describe(const SurveyProgress& progress, double seconds);

}  // namespace dregs
