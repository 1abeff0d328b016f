// `dregs apply`: a collection that removes nothing but what a saved plan names.
#include <memory>

#include "cli/arguments/removal_options.h"
#include "cli/commands/commands.h"
#include "cli/commands/retention.h"
#include "cli/metrics/gc_metrics.h"
#include "cli/output/recorded_run.h"
#include "cli/output/run_context.h"
#include "cli/reports/gc_output.h"
#include "gc/runs/collection.h"

namespace dregs {
namespace {

struct ApplyOptions {
  std::string file;
  CollectionOptions collection;
  RemovalOutputs outputs;
};

ExitCode run_apply(const GlobalOptions& global, const ApplyOptions& options) {
  SavedPlan saved;
  std::optional<Refusal> refusal;
  try {
    saved = load_saved_plan(options.file);
  } catch (const PlanRefused& refused) {
    refusal = refused.refusal();
  }
  CollectionOptions collection = options.collection;
  const std::optional<double> share = collection.policy.max_delete_percent;
  collection.policy = saved.policy;
  if (share) collection.policy.max_delete_percent = share;
  collection.prove = true;
  collection.saved = &saved;
  if (saved.retention)
    return apply_retention(global, saved, collection, options.outputs);
  const RunContext context = run_context(global);
  Collection run(context, collection);
  if (refusal) run.refuse(*refusal);
  run.run();
  GcReport report = run.report();
  save_metrics(run.store(), options.outputs.metrics_file, run.policy().now_ns,
               report);
  save_record(run.store(), options.outputs.record_file, "apply", report);
  return deliver(report, run.store(), run.survey(), run.plan(),
                 options.outputs.list, global);
}

}  // namespace

void add_apply_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ApplyOptions>();
  CLI::App* apply = app.add_subcommand(
      "apply",
      "Remove what gc --plan or retain --plan saved, as far as it may still "
      "go; then look "
      "whether each tag and manifest has all that it needs");
  apply->add_option("FILE", options->file, "The saved plan")
      ->type_name("FILE")
      ->required();
  apply->add_flag("-n,--dry-run", options->collection.dry_run,
                  "Say what would go, and remove nothing");
  add_removal_options(*apply, options->collection, options->outputs);
  apply->get_option("--list")->description(
      "Name every removal, and each on which the plan differs");
  apply->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_apply(global, *options);
    };
  });
}

}  // namespace dregs
