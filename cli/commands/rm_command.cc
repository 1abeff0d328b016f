// `dregs rm`: a RequestedRun removes what the user names.
#include <memory>

#include "cli/arguments/removal_options.h"
#include "cli/commands/commands.h"
#include "cli/metrics/removal_metrics.h"
#include "cli/output/delivery.h"
#include "cli/output/recorded_run.h"
#include "cli/output/run_context.h"
#include "cli/reports/rm_report.h"
#include "gc/decide/manifests_left_untagged.h"
#include "gc/runs/requested_run.h"
#include "scanner/files/clock.h"

namespace dregs {
namespace {

struct RmOptions {
  std::vector<std::string> refs;
  RequestedRunOptions run;
  RemovalOutputs outputs;
  bool recursive = false;
  bool keep_manifests = false;
  bool ignore_missing = false;
};

class NamedRemoval {
 public:
  NamedRemoval(const RmOptions& options, const Survey& survey)
      : options_(options), survey_(survey) {}

  Chosen choose(const std::vector<ImageRef>& refs) {
    chosen_.request = expand(inventory(), select_each(refs));
    keep_foreign_tags();
    if (chosen_.complete && options_.run.collect && !options_.keep_manifests)
      add_manifests_left_untagged();
    return std::move(chosen_);
  }

 private:
  const Inventory& inventory() const { return survey_.inventory; }

  std::vector<Selected> select_each(const std::vector<ImageRef>& refs) {
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

  // No collection follows where a named tag stays. These manifests then stay
  // too.
  void add_manifests_left_untagged() {
    Policy policy = options_.run.collection.policy;
    policy.now_ns = now_ns();
    auto left = manifests_left_untagged(survey_, chosen_.request, policy);
    for (auto& [i, found] : left) {
      RequestedParts& parts = chosen_.request[i];
      parts.manifests.insert(found.manifests.begin(), found.manifests.end());
      parts.left_untagged = std::move(found.manifests);
      for (const auto& [digest, why] : found.kept)
        chosen_.kept.push_back({inventory().repositories[i].name, digest,
                                std::string(to_string(why))});
    }
  }

  // A dry run reports it too.
  void keep_foreign_tags() {
    for (std::string& path :
         dregs::keep_foreign_tags(inventory(), chosen_.request)) {
      Finding& finding = chosen_.findings.emplace_back();
      finding.kind = FindingKind::foreign_entry;
      finding.path = std::move(path);
      finding.detail = "holds what no registry wrote; the tag stays";
      chosen_.complete = false;
    }
  }

  const RmOptions& options_;
  const Survey& survey_;
  Chosen chosen_;
};

ExitCode run_rm(const GlobalOptions& global, const RmOptions& options) {
  RequestedRunOptions run_options = options.run;
  run_options.list = options.outputs.list;
  const std::vector<ImageRef> refs = parse_image_refs(options.refs);
  const RunContext context = run_context(global);
  RequestedRun run(context, run_options, [&](GuardedSweep& guard) {
    return NamedRemoval(options, guard.survey()).choose(refs);
  });
  run.run();
  RemovalReport report = run.report();
  save_metrics(run.store(), options.outputs.metrics_file, "rm", report);
  save_record(run.store(), options.outputs.record_file, "rm", report);
  return deliver(
      {run.store(), report.findings, report.refusals, report.exit_code,
       [&] { return to_json(report, run.store()); },
       [&](const Palette& palette) {
         print_text(report, run.store(), palette, global.verbose);
       }},
      global);
}

}  // namespace

void add_rm_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<RmOptions>();
  CLI::App* rm = app.add_subcommand(
      "rm", "Remove repositories, tags or manifests; their bytes go with gc");
  rm->add_option("REF", options->refs,
                 "REPO, REPO:TAG or REPO@sha256:HEX, or globs in quotes")
      ->type_name("REF")
      ->required();
  rm->add_flag("-n,--dry-run", options->run.collection.dry_run,
               "Say what would go, and remove nothing");
  rm->add_flag("-r,--recursive", options->recursive,
               "Also the repositories nested in those that are named");
  rm->add_flag("--gc", options->run.collect,
               "Then remove what no image needs any more, as gc does; the "
               "manifests that lose their last tag here go as well");
  rm->add_flag("--keep-manifests", options->keep_manifests,
               "With --gc: leave the manifests that lose their last tag")
      ->needs("--gc");
  add_removal_options(*rm, options->run.collection, options->outputs);
  add_allow_empty(*rm, options->run.collection.policy);
  rm->add_flag("--force", options->run.force,
               "Remove a manifest though a kept index needs it");
  rm->add_flag("--ignore-missing", options->ignore_missing,
               "Names and globs that name nothing are no error");
  rm->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_rm(global, *options);
    };
  });
}

}  // namespace dregs
