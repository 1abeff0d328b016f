// Declares every command of dregs.
#pragma once

#include "cli/arguments/options.h"

namespace dregs {

// Adds one command and its flags to the tree; where that command is chosen,
// it sets invocation.run. One such function for each command.
void add_gc_command(CLI::App& app, Invocation& invocation);
void add_apply_command(CLI::App& app, Invocation& invocation);
void add_ls_command(CLI::App& app, Invocation& invocation);
void add_pulls_command(CLI::App& app, Invocation& invocation);
void add_rollback_command(CLI::App& app, Invocation& invocation);
void add_inspect_command(CLI::App& app, Invocation& invocation);
void add_why_command(CLI::App& app, Invocation& invocation);
void add_du_command(CLI::App& app, Invocation& invocation);
void add_verify_command(CLI::App& app, Invocation& invocation);
void add_rm_command(CLI::App& app, Invocation& invocation);
void add_retain_command(CLI::App& app, Invocation& invocation);
void add_trash_command(CLI::App& app, Invocation& invocation);
void add_garbage_collect_command(CLI::App& app, Invocation& invocation);
void add_completions_command(CLI::App& app, Invocation& invocation);

// Adds all of them, and the global flags.
void build_options(CLI::App& app, Invocation& invocation);

}  // namespace dregs
