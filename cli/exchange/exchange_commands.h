// Declares the commands about two registries, as cli/commands/commands.h does
// the others.
#pragma once

#include "cli/arguments/options.h"

namespace dregs {

void add_diff_command(CLI::App& app, Invocation& invocation);
void add_export_command(CLI::App& app, Invocation& invocation);
void add_import_command(CLI::App& app, Invocation& invocation);

}  // namespace dregs
