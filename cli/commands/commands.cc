#include "cli/commands/commands.h"

#include "cli/cache/cache_command.h"
#include "cli/exchange/exchange_commands.h"
#include "cli/status/status_command.h"

namespace dregs {

void build_options(CLI::App& app, Invocation& invocation) {
  describe_program(app, invocation);
  add_gc_command(app, invocation);
  add_apply_command(app, invocation);
  add_ls_command(app, invocation);
  add_pulls_command(app, invocation);
  add_rollback_command(app, invocation);
  add_inspect_command(app, invocation);
  add_why_command(app, invocation);
  add_du_command(app, invocation);
  add_verify_command(app, invocation);
  add_status_command(app, invocation);
  add_rm_command(app, invocation);
  add_retain_command(app, invocation);
  add_cache_command(app, invocation);
  add_diff_command(app, invocation);
  add_export_command(app, invocation);
  add_import_command(app, invocation);
  add_trash_command(app, invocation);
  add_garbage_collect_command(app, invocation);
  add_completions_command(app, invocation);
}

}  // namespace dregs
