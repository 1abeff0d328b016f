#include "cli/commands/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>

#include "cli/metrics/removal_metrics.h"
#include "cli/output/delivery.h"
#include "cli/output/print_findings.h"
#include "cli/output/recorded_run.h"
#include "cli/output/run_context.h"
#include "cli/output/saved_files.h"
#include "cli/pages/retain_page.h"
#include "cli/reports/retain_report.h"
#include "gc/retention/freed_by_rules.h"
#include "gc/retention/tripwires.h"
#include "gc/rules/policy_names.h"
#include "gc/saved/decide_within.h"
#include "gc/saved/in_use_files.h"
#include "gc/saved/pulls_file.h"
#include "gc/saved/user_file.h"
#include "scanner/files/clock.h"

namespace dregs {
namespace {

// Only one thing at a time goes to stdout.
void check_outputs(const GlobalOptions& global, const RetainOptions& options) {
  const bool page = options.page_file == "-";
  const bool plan = options.plan_file == "-";
  if (page && plan)
    throw std::runtime_error(
        "--html - and --plan - both write to stdout; name a file for one");
  if (global.json && (page || plan))
    throw std::runtime_error(fmt::format(
        "--{0} - and --json both write to stdout; name a file for the {1}",
        page ? "html" : "plan", page ? "page" : "plan"));
}

std::string in_folder(const RetainOptions& options, const std::string& file) {
  return file == "-" || options.folder.empty()
             ? file
             : (std::filesystem::path(options.folder) / file).string();
}

// The lists of what is in use, which the policy and the user name.
std::vector<std::string> in_use_files(const RetentionPolicy& policy,
                                      const RetainOptions& options) {
  std::vector<std::string> files = policy.in_use;
  files.insert(files.end(), options.in_use.begin(), options.in_use.end());
  for (std::string& file : files) {
    if (file == "-" && !options.plan_file.empty())
      throw std::runtime_error(
          "apply reads the lists of what is in use again; with --plan write "
          "them to files, and name these");
    file = in_folder(options, file);
  }
  return files;
}

std::vector<bool> named_repositories(const Inventory& inventory,
                                     const std::vector<ImageRef>& refs) {
  if (refs.empty()) return {};
  std::vector<bool> named(inventory.repositories.size(), false);
  for (const Selected& each : select(inventory, refs))
    named[each.repository] = true;
  return named;
}

// Of all repositories, where none is `named`.
std::vector<Finding> findings_of_pinned(const Survey& survey,
                                        const std::vector<bool>& named) {
  std::vector<Finding> found;
  std::set<std::string_view> pinned;
  for (std::size_t i = 0; i < survey.diagnosis.pins.size(); ++i)
    if (!survey.diagnosis.pins[i].empty() && (named.empty() || named[i]))
      pinned.insert(survey.inventory.repositories[i].name);
  std::copy_if(survey.diagnosis.findings.begin(),
               survey.diagnosis.findings.end(), std::back_inserter(found),
               [&](const Finding& finding) {
                 return pinned.contains(finding.repository);
               });
  return found;
}

void refuse_lost_times(GuardedSweep& guard, const RetentionInput& input,
                       const RetentionDecision& decision, std::int64_t now) {
  for (const WrittenTogether& group : written_together(input, decision)) {
    std::vector<KnownTime> created;
    created.reserve(group.together.size());
    for (const auto& [i, t] : group.together)
      created.push_back(created_time(guard.store().reader(), input.survey,
                                     input.survey.graph.repository(i).tags[t],
                                     now));
    if (auto refusal = refusal_for(group, created))
      guard.refuse({std::move(*refusal)});
  }
}

void save_plan(const RequestedRun& run, const RetainWords& words,
               const RetainOptions& options) {
  const SavedRetention retention{words, options.in_use,
                                 std::filesystem::current_path().string(),
                                 options.run.collect};
  const OpenedStore& store = run.store();
  write_file(
      plan_text(run.plan(), run.survey().inventory, run.policy(),
                store.root.directory, store.storage->identity(), retention),
      options.plan_file, store.root);
}

ExitCode deliver_report(const RetainReport& report, const OpenedStore& store,
                        const GlobalOptions& global) {
  if (report.page == "-" || report.plan_file == "-") {
    print_refusals(report.run.refusals);
    return report.run.exit_code;
  }
  return deliver({store, report.run.findings, report.run.refusals,
                  report.run.exit_code, [&] { return to_json(report, store); },
                  [&](const Palette& palette) {
                    print_text(report, store, palette, global.verbose);
                  }},
                 global);
}

// A run reports findings about the repositories that it changes. A collection
// reports all findings.
std::vector<Finding> findings_to_report(const Survey& survey,
                                        const std::vector<bool>& named,
                                        const RetainOptions& options) {
  if (options.run.collect) return {};
  return findings_of_pinned(survey, named);
}

Policy policy_at(std::int64_t now, const RetainOptions& options) {
  Policy policy = options.run.collection.policy;
  policy.now_ns = now;
  return policy;
}

class Retention {
 public:
  Retention(const GlobalOptions& global, const RetainOptions& options)
      : global_(global),
        options_(options),
        now_ns_(now_ns()),
        words_(options.words) {}

  ExitCode run() {
    check_outputs(global_, options_);
    read_what_decides();
    const RunContext context = run_context(global_);
    RequestedRunOptions run_options = options_.run;
    run_options.list = options_.outputs.list;
    run_options.keep_plan = !options_.plan_file.empty();
    RequestedRun run(context, run_options,
                     [this](GuardedSweep& guard) { return choose(guard); });
    run.run();
    report_.run = run.report();
    report_.list = options_.outputs.list;
    save_files(run);
    return deliver_report(report_, run.store(), global_);
  }

 private:
  void read_what_decides() {
    if (!words_.policy_file.empty() && !words_.policy_text)
      words_.policy_text = read_file(words_.policy_file);
    policy_ = policy_of(words_);
    refs_ = parse_image_refs(words_.refs);
    in_use_ = read_in_use(in_use_files(policy_, options_), now_ns_);
    if (!policy_.pulls_state.empty())
      pulls_ = load_pulls(in_folder(options_, policy_.pulls_state));
  }

  Chosen choose(GuardedSweep& guard) {
    const Survey& survey = guard.survey();
    const std::vector<bool> named = named_repositories(survey.inventory, refs_);
    require_names(policy_, survey.inventory);
    const UsedImages used = find_used(survey, in_use_.lists);
    guard.refuse(in_use_.refusals);
    guard.refuse(foreign_lists(in_use_.lists, used.found));
    const StoreTimes times =
        read_times(guard.store().reader(), survey, policy_);
    const RetentionInput input{survey, policy_, times, used,
                               pulls_, now_ns_, named};
    RetentionDecision decision = decide(input);
    RequestedRemoval unbound;
    if (const SavedPlan* saved = options_.run.collection.saved) {
      unbound = removal_of(decision);
      decision = decide_within(*saved, input, unbound);
    }
    guard.refuse(tripwires(input, decision,
                           options_.run.collection.policy.max_delete_percent));
    refuse_lost_times(guard, input, decision, now_ns_);
    report_.repositories = retained(decision, times, survey.inventory);
    if (!options_.page_file.empty())
      freed_ = freed_by_rules(input, decision, policy_at(now_ns_, options_));
    return {removal_of(decision),
            {},
            findings_to_report(survey, named, options_),
            true,
            std::move(unbound)};
  }

  // There is no page where a run was refused before it decided.
  void save_files(const RequestedRun& run) {
    const OpenedStore& store = run.store();
    save_metrics(store, options_.outputs.metrics_file, "retain", report_.run);
    save_record(store, options_.outputs.record_file, "retain", report_.run);
    if (!options_.plan_file.empty() && report_.run.refusals.empty() &&
        save_beside_report([&] { save_plan(run, words_, options_); },
                           report_.run.not_saved, report_.run.exit_code))
      report_.plan_file = options_.plan_file;
    if (!freed_) return;
    const auto write = [&] {
      write_file(retain_page(report_, policy_, *freed_, store, now_ns_),
                 options_.page_file, store.root);
    };
    if (save_beside_report(write, report_.run.not_saved, report_.run.exit_code))
      report_.page = options_.page_file;
  }

  const GlobalOptions& global_;
  const RetainOptions& options_;
  std::int64_t now_ns_;
  RetainWords words_;
  RetentionPolicy policy_;
  std::vector<ImageRef> refs_;
  InUseFiles in_use_;
  PullTimes pulls_;
  std::optional<FreedByRules> freed_;
  RetainReport report_;
};

}  // namespace

ExitCode run_retain(const GlobalOptions& global, const RetainOptions& options) {
  return Retention(global, options).run();
}

ExitCode apply_retention(const GlobalOptions& global, const SavedPlan& saved,
                         const CollectionOptions& collection,
                         const RemovalOutputs& outputs) {
  RetainOptions options;
  options.words = saved.retention->words;
  options.in_use = saved.retention->in_use;
  options.folder = saved.retention->folder;
  options.run.collect = saved.retention->collect;
  options.run.collection = collection;
  options.outputs = outputs;
  return run_retain(global, options);
}

}  // namespace dregs
