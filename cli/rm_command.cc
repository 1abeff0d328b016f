// `dregs rm`: survey → selection → plan → sweep; with --gc a collection of
// what the store is then, under the same lock.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "cli/collection.h"
#include "cli/collection_notes.h"
#include "cli/deadline.h"
#include "cli/delivery.h"
#include "cli/removal_options.h"
#include "cli/rm_report.h"
#include "cli/run_name.h"
#include "cli/signals.h"
#include "cli/take_survey.h"
#include "cli/text.h"
#include "gc/clock.h"
#include "gc/future_links.h"
#include "gc/image_findings.h"
#include "gc/manifests_left_untagged.h"
#include "gc/survey_after.h"
#include "scanner/append.h"
#include "scanner/layout.h"

namespace dregs {
namespace {

struct RmOptions {
  std::vector<std::string> refs;
  CollectionOptions collection;
  bool recursive = false;
  bool collect = false;
  bool keep_manifests = false;
  bool list = false;
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
      : global_(global),
        options_(options),
        dry_run_(options.collection.dry_run),
        guard_(global, dry_run_),
        policy_(options.collection.policy) {
    policy_.now_ns = now_ns();
  }

  ExitCode run() {
    const std::vector<ImageRef> refs = parse_image_refs(options_.refs);
    const DeadlineClock clock(options_.collection.deadline, guard_.stop());
    if (!guard_.enter()) return finish();
    if (options_.collection.trash && !dry_run_) {
      report_.trash = name_of_run();
      guard_.use_trash(report_.trash);
      if (!may_go_on()) return finish();
    }
    if (!guard_.take_survey()) stop_early(guard_.stop(), "nothing was removed");
    request_ = expand(inventory(), choose(refs));
    keep_foreign_tags();
    if (complete_ && options_.collect && !options_.keep_manifests)
      add_manifests_left_untagged();
    plan_ = plan_removal(inventory(), request_);
    look_ahead();
    refuse();
    std::unique_ptr<Vigil> vigil;
    if (may_go_on() && !dry_run_) vigil = guard_.begin_vigil();
    if (!may_go_on()) return finish();
    name_what_goes();
    if (options_.list) list_what_goes();
    // Beyond this point nothing decides.
    if (dry_run_)
      conclude_from_the_forecast();
    else
      remove_and_collect(std::move(vigil));
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
        meant.push_back(nested_in(ref, inventory()));
      std::vector<Selected> found =
          select(inventory(), meant, Unmatched::is_nothing);
      if (found.empty() && !options_.ignore_missing)
        require_matches(inventory(), {ref});
      chosen.insert(chosen.end(), found.begin(), found.end());
    }
    return chosen;
  }

  // Where a tag stays that was named, nothing is collected, and they stay, too.
  void add_manifests_left_untagged() {
    auto left =
        manifests_left_untagged(guard_.survey(), request_, {.policy = policy_});
    for (auto& [i, found] : left) {
      RequestedParts& parts = request_[i];
      parts.manifests.insert(found.manifests.begin(), found.manifests.end());
      parts.left_untagged = std::move(found.manifests);
      for (const auto& [digest, why] : found.kept)
        report_.kept.push_back({inventory().repositories[i].name, digest,
                                std::string(to_string(why))});
    }
  }

  // What gc would do now, and what it would do once this is carried out. What
  // the guard surveyed stays as it is: the removal is held to it.
  void look_ahead() {
    before_ = planned_now();
    const Survey after = survey_after(guard_.survey(), request_);
    const MarkSet marks =
        mark(after.inventory, after.graph, after.diagnosis.pins, policy_);
    then_ = planned_totals(after.inventory, marks, policy_);
    if (options_.collect)
      guard_.refuse(reasons_to_refuse(after.inventory, marks, then_, policy_,
                                      after.surroundings));
    if (options_.collect)
      find_as_the_collection_will(after, marks);
    else
      find_about_touched(after);
    // Nothing is collected where something that was named stays.
    if (options_.list && options_.collect && dry_run_ && complete_)
      then_listed_ = all_listed(make_plan(after.inventory, marks, policy_),
                                after.inventory);
  }

  KindTotals planned_now() {
    const Survey& survey = guard_.survey();
    const MarkSet marks =
        mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy_);
    return planned_totals(survey.inventory, marks, policy_);
  }

  // The dry run says so, too.
  void keep_foreign_tags() {
    for (std::string& path : dregs::keep_foreign_tags(inventory(), request_)) {
      Finding& finding = report_.findings.emplace_back();
      finding.kind = FindingKind::foreign_entry;
      finding.path = std::move(path);
      finding.detail = "holds what no registry wrote; the tag stays";
      complete_ = false;
    }
  }

  // What is unsafe for gc is so here, too.
  void refuse() {
    if (!options_.collect) refuse_without_collection();
    guard_.refuse(untouchable(inventory(), request_));
    refuse_future_links();
    if (!options_.force) guard_.refuse(harm_of(guard_.survey(), request_));
  }

  // Only links go, and whoever names what goes may well name everything. The
  // share is that of the blobs that this leaves to gc.
  void refuse_without_collection() {
    const Survey& survey = guard_.survey();
    Policy policy = policy_;
    policy.allow_empty = true;
    constexpr auto kBlob = static_cast<std::size_t>(RemovalKind::blob);
    KindTotals planned = totals_of(plan_);
    planned[kBlob] = {
        then_[kBlob].count - std::min(then_[kBlob].count, before_[kBlob].count),
        then_[kBlob].bytes -
            std::min(then_[kBlob].bytes, before_[kBlob].bytes)};
    guard_.refuse(reasons_to_refuse(survey.inventory, MarkSet(), planned,
                                    policy, survey.surroundings));
  }

  std::vector<ListedRemoval> all_listed(const Plan& plan,
                                        const Inventory& inventory) const {
    std::vector<ListedRemoval> list;
    for (const Removal& removal : plan.removals)
      list.push_back(listed(removal, guard_.store(), inventory));
    return list;
  }

  // The forecast still has the folders that this removal leaves empty.
  void list_what_goes() {
    report_.removals = all_listed(plan_, inventory());
    std::set<std::string> paths;
    for (const ListedRemoval& removal : *report_.removals)
      paths.insert(removal.path);
    std::erase_if(then_listed_, [&](const ListedRemoval& removal) {
      return paths.contains(removal.path);
    });
    append(*report_.removals, std::move(then_listed_));
  }

  // Whoever names what goes wants it all or to be told.
  void refuse_future_links() {
    const FutureLinks future = find_future_links(
        guard_.store().v2.get(), inventory(), plan_, policy_.now_ns);
    for (const Finding& finding : findings_of(future, inventory()))
      guard_.refuse(
          {{escaped(finding.path) + ": " + finding.detail,
            "set the clock, or touch the link if the clock is right"}});
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

  // What gc would free then, less, but for --gc, what it would have anyway.
  void conclude_from_the_forecast() {
    const std::uint64_t then =
        freed(totals_of(plan_)) + (complete_ ? freed(then_) : 0);
    const std::uint64_t anyway = options_.collect ? 0 : freed(before_);
    report_.frees = then - std::min(then, anyway);
    append(report_.findings, std::move(then_found_));
  }

  void remove_and_collect(std::unique_ptr<Vigil> vigil) {
    const Proof before =
        options_.collection.prove ? prove(guard_.survey()) : Proof();
    carry_out(*vigil);
    vigil.reset();  // the collection has its own
    if (complete_ && options_.collect) collect();
    if (complete_ && !options_.collect) conclude_from_the_forecast();
    if (options_.collection.prove) look_back(before);
  }

  void find_about_touched(const Survey& after) {
    std::set<std::string_view> names;
    for (const auto& [i, parts] : request_)
      names.insert(after.inventory.repositories[i].name);
    for (const Finding& finding : after.diagnosis.findings)
      if (names.contains(finding.repository)) then_found_.push_back(finding);
  }

  // The dry run ends with the exit code of the run.
  void find_as_the_collection_will(const Survey& after, const MarkSet& marks) {
    GcReport then;
    count(after, marks, then);
    explain_first_pushes(after, marks, policy_, then);
    then_found_ = std::move(then.findings);
    pinned_then_ = !then.pinned.empty();
  }

  void carry_out(Vigil& vigil) {
    const SweepResult result = guard_.carry_out(
        vigil, plan_,
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
    complete_ = complete_ && result.complete;
    if (!complete_) leave_out_what_is_still_there();
  }

  void leave_out_what_is_still_there() {
    std::erase_if(report_.removed, [this](const RemovedThing& thing) {
      FileStatus status;
      return file_status(guard_.store().v2.get(), thing.path.c_str(), status) ==
             0;
    });
  }

  // gc itself, from a fresh survey: no forecast decides what goes.
  void collect() {
    CollectionOptions options = options_.collection;
    options.policy = policy_;
    options.prove = false;  // look_back() does, at what was there at first
    Collection gc(global_, options, guard_);
    if (!gc.collect()) return;
    report_.collection = gc.report().exit_code;
    append(report_.findings, gc.report().findings);
    if (options_.list)
      append(*report_.removals, all_listed(gc.plan(), inventory()));
    freed_ += gc.report().bytes_freed;
    complete_ = report_.collection == ExitCode::done ||
                report_.collection == ExitCode::problems;
  }

  void look_back(const Proof& before) {
    const Survey after = survey_with_progress(
        guard_.store(), global_, guard_.stop(), guard_.stopwatch());
    if (guard_.stop().requested()) return;
    Proof proof = prove(after);
    std::vector<std::string> broken = newly_broken(before, proof);
    report_.look_back = {std::move(proof), std::move(broken)};
  }

  ExitCode exit_code() {
    const StopReason stopped = guard_.stop().reason();
    if (stopped != StopReason::none && stopped != StopReason::changed)
      return exit_code_of(stopped);
    if (!may_go_on() && report_.removed.empty()) return ExitCode::refused;
    if (!may_go_on() || !complete_) return ExitCode::stopped;
    return has_problems(report_.findings) || (dry_run_ && pinned_then_) ||
                   report_.collection == ExitCode::problems ||
                   (report_.look_back &&
                    !report_.look_back->newly_broken.empty())
               ? ExitCode::problems
               : ExitCode::done;
  }

  ExitCode finish() {
    report_.dry_run = dry_run_;
    report_.collects = options_.collect;
    if (options_.collect && !dry_run_ && may_go_on()) report_.frees = freed_;
    report_.refusals = guard_.refusals();
    // A collection has reported what its guard found.
    if (!report_.collection) append(report_.findings, guard_.findings());
    sort_findings(report_.findings);
    report_.exit_code = exit_code();
    report_.seconds = guard_.stopwatch().seconds();
    return deliver(
        {guard_.store(), report_.findings, report_.refusals, report_.exit_code,
         [this] { return to_json(report_, guard_.store()); },
         [this](const Palette& palette) {
           print_text(report_, guard_.store(), palette, global_.verbose);
         }},
        global_);
  }

  const GlobalOptions& global_;
  const RmOptions& options_;
  bool dry_run_;
  GuardedSweep guard_;
  Policy policy_;
  RequestedRemoval request_;
  Plan plan_;
  RmReport report_;
  KindTotals before_{};  // what gc would remove as things are
  KindTotals then_{};    // and once this is carried out
  bool pinned_then_ = false;
  std::vector<ListedRemoval> then_listed_;
  std::vector<Finding> then_found_;
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
  rm->add_flag("-n,--dry-run", options->collection.dry_run,
               "Say what would go, and remove nothing");
  rm->add_flag("-r,--recursive", options->recursive,
               "Also the repositories nested in those that are named");
  rm->add_flag("--gc", options->collect,
               "Then remove what no image needs any more, as gc does; the "
               "manifests that lose their last tag here go as well");
  rm->add_flag("--keep-manifests", options->keep_manifests,
               "With --gc: leave the manifests that lose their last tag")
      ->needs("--gc");
  add_removal_options(*rm, options->collection, options->list);
  add_allow_empty(*rm, options->collection.policy);
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
