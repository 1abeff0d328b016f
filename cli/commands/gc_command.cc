// `dregs gc`: a collection, and its report.
#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "cli/arguments/removal_options.h"
#include "cli/commands/commands.h"
#include "cli/metrics/gc_metrics.h"
#include "cli/output/delivery.h"
#include "cli/output/recorded_run.h"
#include "cli/output/run_context.h"
#include "cli/output/saved_files.h"
#include "cli/reports/gc_output.h"
#include "gc/runs/collection.h"
#include "gc/saved/user_file.h"

namespace dregs {
namespace {

struct GcOptions {
  CollectionOptions collection;
  RemovalOutputs outputs;
  std::string plan_file;
};

void check(const GlobalOptions& global, const GcOptions& options) {
  if (options.plan_file.empty()) return;
  if (!options.collection.dry_run)
    throw std::runtime_error("--plan needs --dry-run");
  if (options.plan_file == "-" && global.json)
    throw std::runtime_error(
        "--plan - and --json both write to stdout; name a file for the plan");
}

void save_plan(const Collection& gc, const std::string& file) {
  const OpenedStore& store = gc.store();
  write_file(plan_text(gc.plan(), gc.survey().inventory, gc.policy(),
                       store.root.directory, store.storage->identity()),
             file, store.root);
}

void save_files(const Collection& gc, const GcOptions& options,
                GcReport& report) {
  save_metrics(gc.store(), options.outputs.metrics_file, gc.policy().now_ns,
               report);
  save_record(gc.store(), options.outputs.record_file, "gc", report);
  if (!options.plan_file.empty() && report.refusals.empty() &&
      save_beside_report([&] { save_plan(gc, options.plan_file); },
                         report.not_saved, report.exit_code))
    report.plan_file = options.plan_file;
}

ExitCode run_gc(const GlobalOptions& global, const GcOptions& options) {
  check(global, options);
  const RunContext context = run_context(global);
  Collection gc(context, options.collection);
  gc.run();
  GcReport report = gc.report();
  save_files(gc, options, report);
  return deliver(report, gc.store(), gc.survey(), gc.plan(),
                 options.outputs.list, global);
}

}  // namespace

void add_gc_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<GcOptions>();
  CLI::App* gc = app.add_subcommand(
      "gc", "Remove what no image needs; try it with --dry-run first");
  CLI::Option* dry_run =
      gc->add_flag("-n,-d,--dry-run", options->collection.dry_run,
                   "Say what would go, and remove nothing");
  gc->add_flag("-m,--delete-untagged",
               options->collection.policy.delete_untagged,
               "Also remove manifests that no tag reaches; children of kept "
               "indexes and signatures of kept images stay");
  add_duration(
      *gc, "--uploads-older-than",
      options->collection.policy.uploads_older_than_ns,
      "Remove unfinished uploads not touched for this long (7d, 168h); "
      "0: all");
  const CLI::Option* min_age =
      add_duration(*gc, "--min-age", options->collection.policy.min_age_ns,
                   "Keep blobs younger than this (0; in object storage 24h)");
  static const std::vector<std::pair<std::string, AgeBy>> kTimes = {
      {"ctime", AgeBy::ctime}, {"mtime", AgeBy::mtime}};
  gc->add_option("--age-by", options->collection.policy.age_by,
                 "The time that says how old blobs, uploads and temporary "
                 "files are (the younger of both); mtime: where chown, a "
                 "restore or Kubernetes' fsGroup has renewed every ctime")
      ->type_name("ctime|mtime")
      ->transform(CLI::CheckedTransformer(kTimes).description(""));
  add_allow_empty(*gc, options->collection.policy);
  gc->add_flag("--allow-proxy-cache",
               options->collection.policy.allow_proxy_cache,
               "Let --delete-untagged work on a pull-through cache, as on any "
               "other registry: the cache fetches again what is asked for");
  gc->add_option("--plan", options->plan_file,
                 "Save what would go, to be looked at and given to apply")
      ->type_name("FILE")
      ->needs(dry_run);
  add_removal_options(*gc, options->collection, options->outputs);
  gc->callback([&invocation, options, min_age] {
    options->collection.min_age_said = min_age->count() > 0;
    invocation.run = [options](const GlobalOptions& global) {
      return run_gc(global, *options);
    };
  });
}

}  // namespace dregs
