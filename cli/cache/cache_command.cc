#include "cli/cache/cache_command.h"

#include <memory>
#include <stdexcept>

#include "cli/arguments/removal_options.h"
#include "cli/cache/cache_report.h"
#include "cli/metrics/removal_metrics.h"
#include "cli/output/delivery.h"
#include "cli/output/recorded_run.h"
#include "cli/output/run_context.h"
#include "gc/eviction/evict.h"
#include "gc/runs/requested_run.h"
#include "gc/saved/pulls_file.h"
#include "scanner/files/clock.h"

namespace dregs {
namespace {

struct CacheOptions {
  std::uint64_t max_bytes = 0;
  std::int64_t older_than_ns = 0;
  CacheLimits limits;  // has a value for each flag that was given
  std::string pulls;   // the state file of `dregs pulls`
  RequestedRunOptions run;
  RemovalOutputs outputs;
};

// Bytes, or a number with a unit of 1024; with a message that names some.
CLI::Validator as_size() {
  return CLI::Validator(
      [units = CLI::AsSizeValue(false)](std::string& text) {
        std::string wrong =
            "'" + text + "' is not a size; write 500M, 200G or 2T";
        try {
          return text.starts_with('-') || !units(text).empty() ? wrong : "";
        } catch (const CLI::ValidationError&) {
          return wrong;
        }
      },
      "");
}

Chosen choose(GuardedSweep& guard, const CacheOptions& options,
              const PullTimes& pulls, std::optional<Eviction>& eviction) {
  if (!guard.store().names_upstream) {
    guard.refuse(
        {{"nothing says that this is a pull-through cache, so what goes might "
          "be nowhere else",
          "name the registry's configuration with --config, or set "
          "REGISTRY_PROXY_REMOTEURL as the registry has it; for any other "
          "registry there is dregs retain"}});
    return {};
  }
  Policy policy = options.run.collection.policy;
  policy.now_ns = now_ns();
  guard.store().storage->adapt(policy, false);
  const Survey& survey = guard.survey();
  const StoreTimes times = read_link_times(guard.store().reader(), survey);
  eviction = evict({survey, times, pulls}, options.limits, policy);
  Chosen chosen;
  chosen.request = eviction->request;
  chosen.policy = eviction->policy;
  return chosen;
}

ExitCode run_cache(const GlobalOptions& global, const CacheOptions& options) {
  const CacheLimits& limits = options.limits;
  if (!limits.max_bytes && !limits.older_than_ns)
    throw std::runtime_error(
        "say how large the cache may be, --max-size 200G, or what is too old, "
        "--older-than 30d, or both");
  const PullTimes pulls =
      options.pulls.empty() ? PullTimes() : load_pulls(options.pulls);
  const RunContext context = run_context(global);
  RequestedRunOptions run_options = options.run;
  run_options.list = options.outputs.list;
  run_options.collect = true;
  CacheReport report{limits, {}, {}};
  RequestedRun run(context, run_options, [&](GuardedSweep& guard) {
    return choose(guard, options, pulls, report.eviction);
  });
  run.run();
  report.run = run.report();
  save_metrics(run.store(), options.outputs.metrics_file, "cache", report.run);
  save_record(run.store(), options.outputs.record_file, "cache", report.run);
  return deliver(
      {run.store(), report.run.findings, report.run.refusals,
       report.run.exit_code, [&] { return to_json(report, run.store()); },
       [&](const Palette& palette) {
         print_text(report, run.store(), palette, global.verbose);
       }},
      global);
}

}  // namespace

void add_cache_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<CacheOptions>();
  CLI::App* cache = app.add_subcommand(
      "cache",
      "Make room in a pull-through cache: what was not pulled for long goes");
  const CLI::Option* max_size =
      cache
          ->add_option("--max-size", options->max_bytes,
                       "Let the least recently used images go until the cache "
                       "is no larger than this: 500M, 200G, 2T")
          ->type_name("SIZE")
          ->transform(as_size());
  const CLI::Option* older_than =
      add_duration(*cache, "--older-than", options->older_than_ns,
                   "Let the images go that were not used for this long");
  cache
      ->add_option("--pulls", options->pulls,
                   "When each image was pulled, by what `dregs pulls` keeps in "
                   "this file; without it, by the times of its links")
      ->type_name("FILE");
  cache->add_flag("-n,--dry-run", options->run.collection.dry_run,
                  "Say what would go, and remove nothing");
  add_removal_options(*cache, options->run.collection, options->outputs);
  add_allow_empty(*cache, options->run.collection.policy);
  cache->callback([&invocation, options, max_size, older_than] {
    if (max_size->count() > 0) options->limits.max_bytes = options->max_bytes;
    if (older_than->count() > 0)
      options->limits.older_than_ns = options->older_than_ns;
    invocation.run = [options](const GlobalOptions& global) {
      return run_cache(global, *options);
    };
  });
}

}  // namespace dregs
