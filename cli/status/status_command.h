// `dregs status`: a survey, what earlier runs left, and ten lines.
#pragma once

#include "cli/arguments/options.h"

namespace dregs {

void add_status_command(CLI::App& app, Invocation& invocation);

}  // namespace dregs
