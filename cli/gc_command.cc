// `dregs gc`: survey → mark → plan → (sweep) → report.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "cli/gc_report.h"
#include "cli/opened_store.h"
#include "cli/print_findings.h"
#include "cli/signals.h"
#include "cli/survey_progress.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "gc/exclusive.h"

namespace dregs {
namespace {

struct GcOptions {
  Policy policy;
  bool dry_run = false;
  bool list = false;
};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool has_problems(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
    return f.severity() != Severity::note;
  });
}

class Collection {
 public:
  Collection(const GlobalOptions& global, const GcOptions& options)
      : global_(global),
        options_(options),
        stop_(stop_on_signals()),
        start_(Clock::now()) {
    options_.policy.now_ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::system_clock::now().time_since_epoch())
            .count();
  }

  ExitCode run() {
    store_ = open_store(global_);
    Exclusivity exclusivity =
        options_.dry_run ? look_for_registries(store_) : make_exclusive(store_);
    if (!exclusivity.refusals.empty()) return refuse_at_once(exclusivity);
    take();
    if (stop_.requested()) return interrupted();
    const MarkSet marks = mark(survey_.inventory, survey_.graph,
                               survey_.diagnosis.pins, options_.policy);
    plan_ = make_plan(survey_.inventory, marks, options_.policy);
    // Beyond this point nothing decides.
    report_ = count(survey_, marks);
    append(report_.findings, exclusivity.findings);
    report_.refusals = reasons_to_refuse(survey_.inventory, marks, plan_,
                                         options_.policy, survey_.surroundings);
    if (!options_.policy.delete_untagged) look_further();
    if (report_.refusals.empty() && !options_.dry_run) refuse_if_changed();
    if (!report_.refusals.empty()) plan_ = {};
    if (options_.dry_run)
      add_removed(report_, totals_of(plan_));
    else if (report_.refusals.empty())
      carry_out();
    return finish();
  }

 private:
  static void append(std::vector<Finding>& to,
                     const std::vector<Finding>& more) {
    to.insert(to.end(), more.begin(), more.end());
  }

  void take() {
    SurveyProgress progress;
    const ProgressLine line(!global_.quiet, [&] {
      return describe(progress, seconds_since(start_));
    });
    survey_ = take_survey(store_.v2.get(), store_.proxy_cache, stop_, progress);
  }

  // What the same run with --delete-untagged would remove beyond this one.
  void look_further() {
    Policy policy = options_.policy;
    policy.delete_untagged = true;
    const MarkSet marks =
        mark(survey_.inventory, survey_.graph, survey_.diagnosis.pins, policy);
    const Plan plan = make_plan(survey_.inventory, marks, policy);
    if (!reasons_to_refuse(survey_.inventory, marks, plan, policy,
                           survey_.surroundings)
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

  void refuse_if_changed() {
    vigil_ = std::make_unique<Vigil>(store_.v2.get(), store_.root.directory,
                                     survey_.inventory, stop_);
    append(report_.findings, vigil_->limits());
    const Change change = vigil_->changed_since_scan();
    if (change.changed) refuse_change(finding_for(change));
  }

  void refuse_change(Finding finding) {
    report_.refusals.push_back(
        {"the tree changed while dregs was looking" +
             (finding.repository.empty()
                  ? std::string()
                  : " (" + escaped(finding.repository) + ")"),
         "stop whatever writes to it, and run again"});
    report_.findings.push_back(std::move(finding));
  }

  void carry_out() {
    SweepProgress progress;
    const Clock::time_point began = Clock::now();
    const ProgressLine line(!global_.quiet, [&] {
      return "removing " + progress_text(progress.done, progress.planned,
                                         seconds_since(began));
    });
    DiskRemover remover(store_.v2.get(), survey_.inventory,
                        options_.policy.newest_stale_upload_ns());
    SweepResult result = sweep(
        plan_, survey_.inventory, remover,
        [this](const std::set<std::uint32_t>& failed) {
          return replan(failed);
        },
        stop_, progress, vigil_->precautions());
    add_removed(report_, result.removed);
    append(report_.findings, result.findings);
    complete_ = result.complete;
    note_disturbance(result);
  }

  // Whoever wrote just before the first removal is refused like any other.
  void note_disturbance(const SweepResult& result) {
    auto disturbance = vigil_->disturbance();
    if (!disturbance) return;
    complete_ = false;
    if (removed_anything(result))
      report_.findings.push_back(std::move(*disturbance));
    else
      refuse_change(std::move(*disturbance));
  }

  static bool removed_anything(const SweepResult& result) {
    return std::any_of(result.removed.begin(), result.removed.end(),
                       [](const KindTotal& total) { return total.count != 0; });
  }

  Plan replan(const std::set<std::uint32_t>& failed) const {
    Pins pins = survey_.diagnosis.pins;
    for (const std::uint32_t repository : failed)
      pins[repository].push_back({FindingKind::removal_failed, ""});
    const MarkSet marks =
        mark(survey_.inventory, survey_.graph, pins, options_.policy);
    return make_plan(survey_.inventory, marks, options_.policy);
  }

  ExitCode exit_code() const {
    if (stop_.requested() && stop_.reason() != StopReason::changed)
      return exit_code_of(stop_.reason());
    if (!report_.refusals.empty()) return ExitCode::refused;
    if (!complete_) return ExitCode::stopped;
    return has_problems(report_.findings) || !report_.pinned.empty()
               ? ExitCode::problems
               : ExitCode::done;
  }

  ExitCode finish() {
    report_.dry_run = options_.dry_run;
    report_.delete_untagged = options_.policy.delete_untagged;
    report_.list = options_.list;
    sort_findings(report_.findings);
    report_.exit_code = exit_code();
    report_.seconds = seconds_since(start_);
    print_refusals(report_.refusals);
    if (global_.json)
      fmt::print("{}", to_json(report_, store_, survey_, plan_));
    else if (!global_.quiet)
      print_text(report_, store_, survey_, plan_, global_);
    return report_.exit_code;
  }

  ExitCode refuse_at_once(const Exclusivity& exclusivity) {
    report_.refusals = exclusivity.refusals;
    report_.findings = exclusivity.findings;
    return finish();
  }

  ExitCode interrupted() const {
    fmt::print(stderr, "dregs: interrupted; nothing was removed\n");
    return exit_code_of(stop_.reason());
  }

  const GlobalOptions& global_;
  GcOptions options_;
  StopRequest& stop_;
  Clock::time_point start_;
  OpenedStore store_;
  Survey survey_;
  Plan plan_;
  GcReport report_;
  std::unique_ptr<Vigil> vigil_;
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
