// `dregs gc`: a collection, and its report.
#include <fmt/format.h>

#include <memory>

#include "cli/collection.h"
#include "cli/print_findings.h"

namespace dregs {
namespace {

struct GcOptions {
  CollectionOptions collection;
  bool list = false;
};

ExitCode run_gc(const GlobalOptions& global, const GcOptions& options) {
  Collection gc(global, options.collection);
  const bool has_report = gc.run();
  const GcReport& report = gc.report();
  if (!has_report) return report.exit_code;
  print_refusals(report.refusals);
  const Plan& plan = gc.plan();
  if (global.json)
    fmt::print("{}",
               to_json(report, gc.store(), gc.survey(), plan, options.list));
  else if (!global.quiet)
    print_text(report, gc.store(), gc.survey(), plan, options.list, global);
  return report.exit_code;
}

}  // namespace

void add_gc_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<GcOptions>();
  CLI::App* gc = app.add_subcommand(
      "gc", "Remove what no image needs; try it with --dry-run first");
  gc->add_flag("-n,-d,--dry-run", options->collection.dry_run,
               "Say what would go, and remove nothing");
  gc->add_flag("-m,--delete-untagged",
               options->collection.policy.delete_untagged,
               "Also remove manifests that no tag reaches; children of kept "
               "indexes and signatures of kept images stay");
  add_duration(*gc, "--uploads-older-than",
               options->collection.policy.uploads_older_than_ns,
               "Remove unfinished uploads not touched for this long (168h); 0: "
               "all");
  add_duration(*gc, "--min-age", options->collection.policy.min_age_ns,
               "Keep blobs younger than this (0)");
  gc->add_option("--max-delete", options->collection.policy.max_delete_percent,
                 "Refuse where more of the blobs or bytes would go")
      ->type_name("PERCENT")
      ->check(between(0, 100));
  gc->add_flag("--allow-empty", options->collection.policy.allow_empty,
               "Go on where nothing at all is live");
  gc->add_flag("--allow-proxy-cache",
               options->collection.policy.allow_proxy_cache,
               "Let --delete-untagged work on a pull-through cache");
  gc->add_flag("--list", options->list, "Name every removal");
  gc->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_gc(global, *options);
    };
  });
}

}  // namespace dregs
