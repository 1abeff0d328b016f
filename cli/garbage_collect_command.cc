// `dregs garbage-collect`: takes the place of `registry garbage-collect`, flag
// by flag, line by line; what goes is decided as in `dregs gc`.
#include <fmt/format.h>

#include <memory>

#include "cli/collection.h"
#include "cli/incumbent_lines.h"
#include "cli/print_findings.h"

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

ExitCode run_garbage_collect(GlobalOptions global,
                             const GarbageCollectOptions& options) {
  if (!options.config.empty()) global.config = options.config;
  Collection gc(global, options.collection);
  const bool has_report = gc.run();
  const GcReport& report = gc.report();
  if (!has_report) return as_the_incumbent(report.exit_code);
  print_refusals(report.refusals);
  if (global.json) {
    fmt::print("{}", to_json(report, gc.store(), gc.survey(), gc.plan(),
                             /*list=*/false));
    return as_the_incumbent(report.exit_code);
  }
  print_findings(stderr, report.findings, gc.store(), Palette(Colour::never),
                 global.verbose);
  if (report.refusals.empty() && !global.quiet)
    print_incumbent_lines(gc.survey().inventory, gc.survey().graph, gc.marks(),
                          gc.plan(), options.collection.policy.delete_untagged);
  return as_the_incumbent(report.exit_code);
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
  command->preparse_callback([&invocation](std::size_t) {
    invocation.could_not_run = ExitCode::problems;
  });
  command->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_garbage_collect(global, *options);
    };
  });
}

}  // namespace dregs
