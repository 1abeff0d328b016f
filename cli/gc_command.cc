// `dregs gc`: survey → mark → plan → (sweep) → report.
#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "cli/gc_report.h"
#include "cli/guarded_sweep.h"
#include "cli/print_findings.h"
#include "cli/signals.h"
#include "gc/image_findings.h"

namespace dregs {
namespace {

struct GcOptions {
  Policy policy;
  bool dry_run = false;
  bool list = false;
};

class Collection {
 public:
  Collection(const GlobalOptions& global, const GcOptions& options)
      : global_(global), options_(options), guard_(global, options.dry_run) {
    options_.policy.now_ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::system_clock::now().time_since_epoch())
            .count();
  }

  ExitCode run() {
    if (!guard_.enter()) return finish();
    if (!guard_.take_survey()) return interrupted();
    const Survey& survey = guard_.survey();
    const MarkSet marks = mark(survey.inventory, survey.graph,
                               survey.diagnosis.pins, options_.policy);
    plan_ = make_plan(survey.inventory, marks, options_.policy);
    // Beyond this point nothing decides.
    report_ = count(survey, marks);
    guard_.refuse(reasons_to_refuse(survey.inventory, marks, plan_,
                                    options_.policy, survey.surroundings));
    if (!options_.policy.delete_untagged) look_further();
    if (may_go_on() && !options_.dry_run) guard_.refuse_if_changed();
    if (!may_go_on()) plan_ = {};
    if (options_.dry_run)
      add_removed(report_, totals_of(plan_));
    else if (may_go_on())
      carry_out();
    return finish();
  }

 private:
  static void append(std::vector<Finding>& to,
                     const std::vector<Finding>& more) {
    to.insert(to.end(), more.begin(), more.end());
  }

  bool may_go_on() const { return guard_.refusals().empty(); }

  // What the same run with --delete-untagged would remove beyond this one.
  void look_further() {
    const Survey& survey = guard_.survey();
    Policy policy = options_.policy;
    policy.delete_untagged = true;
    const MarkSet marks =
        mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
    const Plan plan = make_plan(survey.inventory, marks, policy);
    if (!reasons_to_refuse(survey.inventory, marks, plan, policy,
                           survey.surroundings)
             .empty())
      return;
    const KindTotals more = totals_of(plan);
    const KindTotals less = totals_of(plan_);
    const auto revision = static_cast<std::size_t>(RemovalKind::revision);
    const auto blob = static_cast<std::size_t>(RemovalKind::blob);
    report_.with_delete_untagged = {more[revision].count,
                                    more[blob].count - less[blob].count,
                                    more[blob].bytes - less[blob].bytes};
  }

  void carry_out() {
    const SweepResult result = guard_.carry_out(
        plan_,
        [this](const std::set<std::uint32_t>& failed) {
          return plan_without(guard_.survey(), failed, options_.policy);
        },
        options_.policy.newest_stale_upload_ns());
    add_removed(report_, result.removed);
    append(report_.findings, result.findings);
    complete_ = result.complete;
  }

  ExitCode exit_code() {
    const StopReason stopped = guard_.stop().reason();
    if (stopped != StopReason::none && stopped != StopReason::changed)
      return exit_code_of(stopped);
    if (!may_go_on()) return ExitCode::refused;
    if (!complete_) return ExitCode::stopped;
    return has_problems(report_.findings) || !report_.pinned.empty()
               ? ExitCode::problems
               : ExitCode::done;
  }

  ExitCode finish() {
    report_.dry_run = options_.dry_run;
    report_.delete_untagged = options_.policy.delete_untagged;
    report_.list = options_.list;
    report_.refusals = guard_.refusals();
    append(report_.findings, guard_.findings());
    sort_findings(report_.findings);
    report_.exit_code = exit_code();
    report_.seconds = guard_.stopwatch().seconds();
    print_refusals(report_.refusals);
    if (global_.json)
      fmt::print("{}",
                 to_json(report_, guard_.store(), guard_.survey(), plan_));
    else if (!global_.quiet)
      print_text(report_, guard_.store(), guard_.survey(), plan_, global_);
    return report_.exit_code;
  }

  ExitCode interrupted() {
    fmt::print(stderr, "dregs: interrupted; nothing was removed\n");
    return exit_code_of(guard_.stop().reason());
  }

  const GlobalOptions& global_;
  GcOptions options_;
  GuardedSweep guard_;
  Plan plan_;
  GcReport report_;
  bool complete_ = true;
};

}  // namespace

void add_gc_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<GcOptions>();
  CLI::App* gc = app.add_subcommand(
      "gc", "Remove what no image needs; try it with --dry-run first");
  gc->add_flag("-n,-d,--dry-run", options->dry_run,
               "Say what would go, and remove nothing");
  gc->add_flag("-m,--delete-untagged", options->policy.delete_untagged,
               "Also remove manifests that no tag reaches; children of kept "
               "indexes and signatures of kept images stay");
  add_duration(*gc, "--uploads-older-than",
               options->policy.uploads_older_than_ns,
               "Remove unfinished uploads not touched for this long (168h); 0: "
               "all");
  add_duration(*gc, "--min-age", options->policy.min_age_ns,
               "Keep blobs younger than this (0)");
  gc->add_option("--max-delete", options->policy.max_delete_percent,
                 "Refuse where more of the blobs or bytes would go")
      ->type_name("PERCENT")
      ->check(between(0, 100));
  gc->add_flag("--allow-empty", options->policy.allow_empty,
               "Go on where nothing at all is live");
  gc->add_flag("--allow-proxy-cache", options->policy.allow_proxy_cache,
               "Let --delete-untagged work on a pull-through cache");
  gc->add_flag("--list", options->list, "Name every removal");
  gc->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return Collection(global, *options).run();
    };
  });
}

}  // namespace dregs
