// `dregs garbage-collect`: takes the place of `registry garbage-collect`, flag
// by flag, line by line; what goes is decided as in `dregs gc`.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/commands/incumbent_lines.h"
#include "cli/output/delivery.h"
#include "cli/output/print_findings.h"
#include "cli/output/run_context.h"
#include "cli/reports/gc_output.h"
#include "gc/context/stopped_early.h"
#include "gc/runs/collection.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

struct GarbageCollectOptions {
  CollectionOptions collection;
  std::string config;
};

// It knows 0 and 1 only.
ExitCode as_the_incumbent(ExitCode code) {
  switch (code) {
    case ExitCode::done:
    case ExitCode::interrupted:
    case ExitCode::terminated:
      return code;
    default:
      return ExitCode::problems;
  }
}

// Scripts read its lines on stdout; all else is on stderr.
ExitCode deliver_as_the_incumbent(const Collection& gc,
                                  const GlobalOptions& global) {
  const GcReport& report = gc.report();
  const ResolvedRoot& root = gc.store().root;
  if (!global.quiet)
    fmt::print(stderr, "dregs: {} ({})\n", escaped(root.rootdirectory),
               escaped(root.source));
  print_refusals(report.refusals);
  print_findings(stderr, report.findings, gc.store(), Palette(Colour::never),
                 global.verbose);
  if (!report.refusals.empty() || global.quiet) return report.exit_code;
  return write_out(report.exit_code,
                   std::max(report.exit_code, ExitCode::could_not_run), [&] {
                     print_incumbent_lines(
                         gc.survey().inventory, gc.survey().graph, gc.marks(),
                         gc.plan(), gc.policy().delete_untagged);
                   });
}

// Throws StoppedEarly with a code that the incumbent has as well.
ExitCode run_garbage_collect(const GlobalOptions& global,
                             const GarbageCollectOptions& options) {
  const RunContext context = run_context(global);
  Collection gc(context, options.collection);
  gc.run();
  if (!global.json)
    return as_the_incumbent(deliver_as_the_incumbent(gc, global));
  // The document has the code that the process ends with.
  GcReport report = gc.report();
  report.exit_code = as_the_incumbent(report.exit_code);
  return as_the_incumbent(deliver(report, gc.store(), gc.survey(), gc.plan(),
                                  /*list=*/false, global));
}

}  // namespace

void add_garbage_collect_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<GarbageCollectOptions>();
  CLI::App* command = app.add_subcommand(
      "garbage-collect",
      "What registry garbage-collect does, with its flags, lines and exit "
      "codes 0 and 1");
  command
      ->add_option("CONFIG", options->config,
                   "The registry's config.yml; else what "
                   "REGISTRY_CONFIGURATION_PATH names")
      ->envname("REGISTRY_CONFIGURATION_PATH")
      ->type_name("CONFIG");
  command->add_flag("-d,--dry-run", options->collection.dry_run,
                    "Say what would go, and remove nothing");
  command->add_flag("-m,--delete-untagged",
                    options->collection.policy.delete_untagged,
                    "Also remove manifests that no tag reaches");
  command->add_flag("--allow-empty", options->collection.policy.allow_empty,
                    "Go on where nothing at all is live");
  command->add_flag("--allow-proxy-cache",
                    options->collection.policy.allow_proxy_cache,
                    "Let --delete-untagged work on a pull-through cache");
  command->preparse_callback([&invocation](std::size_t) {
    invocation.could_not_run = ExitCode::problems;
  });
  command->callback([&invocation, options] {
    invocation.run = [&invocation, options](const GlobalOptions& global) {
      if (!options->config.empty()) invocation.global.config = options->config;
      return run_garbage_collect(global, *options);
    };
  });
}

}  // namespace dregs
