// `dregs cache`: makes room in a pull-through cache, by size and by age.
#pragma once

#include "cli/arguments/options.h"

namespace dregs {

void add_cache_command(CLI::App& app, Invocation& invocation);

}  // namespace dregs
