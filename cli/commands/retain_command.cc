// `dregs retain`: a policy decides which tags and manifests go, and a
// RequestedRun removes them.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string_view>

#include "cli/arguments/removal_options.h"
#include "cli/commands/commands.h"
#include "cli/commands/retain_policy.h"
#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/reports/retain_report.h"
#include "gc/retention/tripwires.h"
#include "gc/rules/policy_names.h"
#include "gc/runs/requested_run.h"
#include "gc/saved/in_use_files.h"
#include "gc/saved/pulls_file.h"
#include "scanner/files/clock.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

struct RetainOptions {
  RetainWords words;
  RequestedRunOptions run;
  std::vector<std::string> in_use;
  std::string check_file;
};

class Retention {
 public:
  Retention(const GlobalOptions& global, const RetainOptions& options)
      : global_(global), options_(options), now_ns_(now_ns()) {}

  ExitCode run() {
    policy_ = policy_of(options_.words);
    refs_ = parse_image_refs(options_.words.refs);
    std::vector<std::string> files = policy_.in_use;
    files.insert(files.end(), options_.in_use.begin(), options_.in_use.end());
    in_use_ = read_in_use(files, now_ns_);
    if (!policy_.pulls_state.empty()) pulls_ = load_pulls(policy_.pulls_state);
    const RunContext context = run_context(global_);
    RequestedRun run(context, options_.run,
                     [this](GuardedSweep& guard) { return choose(guard); });
    run.run();
    report_.run = run.report();
    report_.list = options_.run.list;
    return deliver(run.store());
  }

 private:
  Chosen choose(GuardedSweep& guard) {
    const Survey& survey = guard.survey();
    named_ = named_repositories(survey.inventory);
    require_names(policy_, survey.inventory);
    const UsedImages used = find_used(survey, in_use_.lists);
    guard.refuse(in_use_.refusals);
    guard.refuse(foreign_lists(in_use_.lists, used.found));
    const StoreTimes times =
        read_times(guard.store().reader(), survey, policy_);
    const RetentionInput input{survey, policy_, times, used,
                               pulls_, now_ns_, named_};
    const RetentionDecision decision = decide(input);
    guard.refuse(tripwires(input, decision,
                           options_.run.collection.policy.max_delete_percent));
    refuse_lost_times(guard, input, decision);
    report_.repositories = retained(decision, times, survey.inventory);
    return {removal_of(decision), {}, pinned_findings(survey)};
  }

  // A run reports findings about the repositories that it changes. A collection
  // reports all findings.
  std::vector<Finding> pinned_findings(const Survey& survey) const {
    std::vector<Finding> found;
    if (options_.run.collect) return found;
    std::set<std::string_view> pinned;
    for (std::size_t i = 0; i < survey.diagnosis.pins.size(); ++i)
      if (!survey.diagnosis.pins[i].empty() && (named_.empty() || named_[i]))
        pinned.insert(survey.inventory.repositories[i].name);
    std::copy_if(survey.diagnosis.findings.begin(),
                 survey.diagnosis.findings.end(), std::back_inserter(found),
                 [&](const Finding& finding) {
                   return pinned.contains(finding.repository);
                 });
    return found;
  }

  std::vector<bool> named_repositories(const Inventory& inventory) const {
    if (refs_.empty()) return {};
    std::vector<bool> named(inventory.repositories.size(), false);
    for (const Selected& each : select(inventory, refs_))
      named[each.repository] = true;
    return named;
  }

  void refuse_lost_times(GuardedSweep& guard, const RetentionInput& input,
                         const RetentionDecision& decision) const {
    for (const WrittenTogether& group : written_together(input, decision)) {
      std::vector<KnownTime> created;
      created.reserve(group.together.size());
      for (const auto& [i, t] : group.together)
        created.push_back(created_time(guard.store().reader(), input.survey,
                                       input.survey.graph.repository(i).tags[t],
                                       now_ns_));
      if (auto refusal = refusal_for(group, created))
        guard.refuse({std::move(*refusal)});
    }
  }

  ExitCode deliver(const OpenedStore& store) const {
    return dregs::deliver(
        {store, report_.run.findings, report_.run.refusals,
         report_.run.exit_code, [&] { return to_json(report_, store); },
         [&](const Palette& palette) {
           print_text(report_, store, palette, global_.verbose);
         }},
        global_);
  }

  const GlobalOptions& global_;
  const RetainOptions& options_;
  std::int64_t now_ns_;
  RetentionPolicy policy_;
  std::vector<ImageRef> refs_;
  InUseFiles in_use_;
  PullTimes pulls_;
  std::vector<bool> named_;
  RetainReport report_;
};

ExitCode check_policy(const GlobalOptions& global, const std::string& file) {
  const RetentionPolicy policy = load_retention_policy(file);
  if (!global.quiet)
    fmt::print(
        "{}: {} and {}; no error\n", escaped(file),
        counted(policy.rules.size(), "rule", "rules"),
        counted(policy.untagged.size(), "untagged rule", "untagged rules"));
  return ExitCode::done;
}

void add_keep_options(CLI::App& retain, RetainWords& words) {
  retain
      .add_option("--keep-last", words.keep_last,
                  "Keep the newest N images of each repository")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  retain
      .add_option("--keep-within", words.keep_within,
                  "Keep what was pushed within this time: 12h, 30d, 2w, 1y")
      ->type_name("AGE");
  retain
      .add_option("--keep-tag", words.keep_tags,
                  "Keep these tags, a glob or a /regular expression/; latest "
                  "stays in any case")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  retain
      .add_option("--per", words.per,
                  "Let --keep-last count per group: tags for which the (…) of "
                  "this regular expression match the same; others stay")
      ->type_name("REGEX");
  retain
      .add_option("--keep-revisions", words.keep_revisions,
                  "Let untagged manifests go, but for the newest N that each "
                  "tag named before")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  retain
      .add_option("--min-kept", words.min_kept,
                  "Refuse where fewer tags of a repository would stay (1)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""));
}

}  // namespace

void add_retain_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<RetainOptions>();
  CLI::App* retain = app.add_subcommand(
      "retain", "Remove the tags that a policy lets go; the others stay");
  retain
      ->add_option("REF", options->words.refs,
                   "REPO or REPO:TAG, or globs in quotes; with --policy only "
                   "these repositories are looked at")
      ->type_name("REF");
  CLI::Option* policy = retain
                            ->add_option("--policy", options->words.policy_file,
                                         "Which tags stay, and which may go")
                            ->type_name("FILE");
  retain
      ->add_option("--check", options->check_file,
                   "Only check this policy, and look at no registry")
      ->type_name("FILE")
      ->excludes(policy);
  add_keep_options(*retain, options->words);
  retain
      ->add_option("--in-use", options->in_use,
                   "Keep what this list names: JSON of kubectl, docker or "
                   "nomad, or one image a line; -: stdin")
      ->type_name("FILE")
      ->allow_extra_args(false);
  retain->add_flag("-n,--dry-run", options->run.collection.dry_run,
                   "Say what would go, and remove nothing");
  retain->add_flag("--gc", options->run.collect,
                   "Then remove what no image needs any more, as gc does");
  add_removal_options(*retain, options->run.collection, options->run.list);
  retain->get_option("--max-delete")
      ->description(
          "Refuse where more of the tags (50), blobs or bytes would "
          "go");
  retain->get_option("--list")->description(
      "Show what stays as well, and name every removal");
  add_allow_empty(*retain, options->run.collection.policy);
  retain->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return options->check_file.empty()
                 ? Retention(global, *options).run()
                 : check_policy(global, options->check_file);
    };
  });
}

}  // namespace dregs
