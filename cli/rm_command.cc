// `dregs rm`: survey → selection → plan → sweep; with --gc a collection of
// what the store is then, under the same lock.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "cli/guarded_sweep.h"
#include "cli/print_findings.h"
#include "cli/rm_report.h"
#include "cli/run_name.h"
#include "cli/signals.h"
#include "gc/image_findings.h"
#include "gc/survey_after.h"
#include "scanner/append.h"
#include "scanner/layout.h"

namespace dregs {
namespace {

struct RmOptions {
  std::vector<std::string> refs;
  bool dry_run = false;
  bool recursive = false;
  bool collect = false;
  bool trash = false;
  bool force = false;
  bool ignore_missing = false;
};

std::uint64_t freed(const KindTotals& totals) {
  std::uint64_t bytes = 0;
  for (const KindTotal& total : totals) bytes += total.bytes;
  return bytes;
}

class RequestedRun {
 public:
  RequestedRun(const GlobalOptions& global, const RmOptions& options)
      : global_(global), options_(options), guard_(global, options.dry_run) {
    policy_.now_ns = now_ns();
  }

  ExitCode run() {
    const std::vector<ImageRef> refs = parse_image_refs(options_.refs);
    if (!guard_.enter()) return finish();
    if (options_.trash && !options_.dry_run) {
      report_.trash = name_of_run();
      guard_.use_trash(report_.trash);
      if (!may_go_on()) return finish();
    }
    if (!guard_.take_survey()) return interrupted();
    request_ = expand(inventory(), choose(refs));
    plan_ = plan_removal(inventory(), request_);
    refuse();
    if (may_go_on() && !options_.dry_run) guard_.refuse_if_changed();
    if (!may_go_on()) return finish();
    name_what_goes();
    // Beyond this point nothing decides.
    if (!options_.dry_run) carry_out();
    if (!complete_) return finish();
    if (options_.dry_run || !options_.collect)
      look_ahead();
    else
      collect();
    return finish();
  }

 private:
  const Inventory& inventory() { return guard_.survey().inventory; }

  bool may_go_on() const { return guard_.refusals().empty(); }

  std::vector<Selected> choose(const std::vector<ImageRef>& refs) {
    std::vector<Selected> chosen;
    for (const ImageRef& ref : refs) {
      std::vector<ImageRef> meant = {ref};
      if (options_.recursive && !ref.tag && !ref.hex)
        meant.push_back({ref.text, ref.repository + "/**"});
      std::vector<Selected> found =
          select(inventory(), meant, Unmatched::is_nothing);
      if (found.empty() && !options_.ignore_missing)
        select(inventory(), {ref});  // says what comes near
      chosen.insert(chosen.end(), found.begin(), found.end());
    }
    return chosen;
  }

  // What is unsafe for gc is so here, too; but whoever names what goes may
  // well name everything.
  void refuse() {
    const Survey& survey = guard_.survey();
    Policy policy = policy_;
    policy.allow_empty = !options_.collect;
    const MarkSet marks =
        mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
    before_ = freed(planned_totals(survey.inventory, marks, policy));
    guard_.refuse(reasons_to_refuse(survey.inventory, marks, totals_of(plan_),
                                    policy, survey.surroundings));
    guard_.refuse(untouchable(survey.inventory, request_));
    if (!options_.force) guard_.refuse(harm_of(survey, request_));
  }

  void name_what_goes() {
    for (const auto& [i, parts] : request_) {
      const Repository& repository = inventory().repositories[i];
      const std::string& name = repository.name;
      if (parts.whole) {
        report_.removed.push_back(
            {name, "", std::nullopt,
             layout::repository(name) + "/" + std::string(layout::kManifests)});
        continue;
      }
      for (const std::uint32_t t : parts.tags)
        report_.removed.push_back({name, repository.tags[t].name,
                                   repository.tags[t].current,
                                   layout::tag(name, repository.tags[t].name)});
      for (const Digest& digest : parts.manifests)
        report_.removed.push_back(
            {name, "", digest, layout::revision(name, digest)});
    }
  }

  // What gc would free now, less, but for --gc, what it would have anyway. From
  // here on the survey is the one after.
  void look_ahead() {
    guard_.survey() = survey_after(std::move(guard_.survey()), request_);
    const Survey& after = guard_.survey();
    const MarkSet marks =
        mark(after.inventory, after.graph, after.diagnosis.pins, policy_);
    const std::uint64_t then =
        freed(totals_of(plan_)) +
        freed(planned_totals(after.inventory, marks, policy_));
    const std::uint64_t anyway = options_.collect ? 0 : before_;
    report_.frees = then - std::min(then, anyway);
    find_about_touched(after);
  }

  void find_about_touched(const Survey& after) {
    std::set<std::string_view> names;
    for (const auto& [i, parts] : request_)
      names.insert(after.inventory.repositories[i].name);
    for (const Finding& finding : after.diagnosis.findings)
      if (names.contains(finding.repository))
        report_.findings.push_back(finding);
  }

  void carry_out() {
    const SweepResult result = guard_.carry_out(
        plan_,
        [this](const std::set<std::uint32_t>& failed) {
          Plan rest = plan_;
          std::erase_if(rest.removals, [&](const Removal& removal) {
            return failed.contains(removal.repository);
          });
          return rest;
        },
        std::numeric_limits<std::int64_t>::max());
    append(report_.findings, result.findings);
    freed_ = freed(result.removed);
    complete_ = result.complete;
    if (!complete_) leave_out_what_is_still_there();
  }

  void leave_out_what_is_still_there() {
    std::erase_if(report_.removed, [this](const RemovedThing& thing) {
      FileStatus status;
      return file_status(guard_.store().v2.get(), thing.path.c_str(), status) ==
             0;
    });
  }

  // As gc does, from a fresh survey: no forecast decides what goes.
  void collect() {
    if (!guard_.take_survey()) return;
    const Survey& survey = guard_.survey();
    Policy policy = policy_;
    policy.allow_empty = true;  // or else the first look would have refused
    const MarkSet marks =
        mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
    const Plan plan = make_plan(survey.inventory, marks, policy);
    guard_.refuse(reasons_to_refuse(survey.inventory, marks, totals_of(plan),
                                    policy, survey.surroundings));
    append(report_.findings, survey.diagnosis.findings);
    if (!may_go_on() || guard_.refuse_if_changed()) {
      complete_ = false;
      return;
    }
    const SweepResult result = guard_.carry_out(
        plan,
        [&](const std::set<std::uint32_t>& failed) {
          return plan_without(survey, failed, policy);
        },
        policy.newest_stale_upload_ns());
    append(report_.findings, result.findings);
    freed_ += freed(result.removed);
    complete_ = result.complete;
  }

  ExitCode exit_code() {
    const StopReason stopped = guard_.stop().reason();
    if (stopped != StopReason::none && stopped != StopReason::changed)
      return exit_code_of(stopped);
    if (!may_go_on() && report_.removed.empty()) return ExitCode::refused;
    if (!may_go_on() || !complete_) return ExitCode::stopped;
    return has_problems(report_.findings) ? ExitCode::problems : ExitCode::done;
  }

  ExitCode finish() {
    report_.dry_run = options_.dry_run;
    report_.collects = options_.collect;
    if (options_.collect && !options_.dry_run && may_go_on())
      report_.frees = freed_;
    report_.refusals = guard_.refusals();
    append(report_.findings, guard_.findings());
    sort_findings(report_.findings);
    report_.exit_code = exit_code();
    report_.seconds = guard_.stopwatch().seconds();
    print_refusals(report_.refusals);
    if (global_.json)
      fmt::print("{}", to_json(report_, guard_.store()));
    else if (global_.quiet)
      print_problems(report_.findings, guard_.store());
    else
      print_text(report_, guard_.store(), global_);
    return report_.exit_code;
  }

  ExitCode interrupted() {
    fmt::print(stderr, "dregs: interrupted; nothing was removed\n");
    return exit_code_of(guard_.stop().reason());
  }

  const GlobalOptions& global_;
  const RmOptions& options_;
  GuardedSweep guard_;
  Policy policy_;
  RequestedRemoval request_;
  Plan plan_;
  RmReport report_;
  std::uint64_t before_ = 0;  // bytes that gc would free as things are
  std::uint64_t freed_ = 0;
  bool complete_ = true;
};

}  // namespace

void add_rm_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<RmOptions>();
  CLI::App* rm = app.add_subcommand(
      "rm", "Remove repositories, tags or manifests; their bytes go with gc");
  rm->add_option("REF", options->refs,
                 "REPO, REPO:TAG or REPO@sha256:HEX, or globs in quotes")
      ->type_name("REF")
      ->required();
  rm->add_flag("-n,--dry-run", options->dry_run,
               "Say what would go, and remove nothing");
  rm->add_flag("-r,--recursive", options->recursive,
               "Also the repositories nested in those that are named");
  rm->add_flag("--gc", options->collect,
               "Then remove what no image needs any more, as gc does");
  rm->add_flag("--trash", options->trash,
               "Move files to the trash instead of deleting them");
  rm->add_flag("--force", options->force,
               "Remove a manifest though a kept index needs it");
  rm->add_flag("--ignore-missing", options->ignore_missing,
               "Names and globs that name nothing are no error");
  rm->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return RequestedRun(global, *options).run();
    };
  });
}

}  // namespace dregs
