// `dregs import`: read an OCI layout → plan → write it as a push would, blobs
// first and tags last.
#include <fmt/format.h>

#include <memory>

#include "cli/exchange/exchange_commands.h"
#include "cli/exchange/import_report.h"
#include "cli/output/delivery.h"
#include "cli/output/print_findings.h"
#include "cli/output/run_context.h"
#include "cli/terminal/signals.h"
#include "gc/context/fail_on.h"
#include "gc/context/stopped_early.h"
#include "gc/context/stopwatch.h"
#include "gc/guard/other_users.h"
#include "gc/layouts/import.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

struct ImportOptions {
  std::string from;
  std::optional<std::string> repository;
  bool dry_run = false;
};

class ImportRun {
 public:
  ImportRun(const GlobalOptions& global, const ImportOptions& options)
      : global_(global), options_(options), stop_(stop_on_signals()) {
    report_.from = options.from;
    report_.dry_run = options.dry_run;
  }

  ExitCode run() {
    store_ = open_store(global_);
    if (store_.in_bucket())
      throw RootError(fmt::format(
          "{}: import works on a registry in a folder, not in object storage",
          store_.root.rootdirectory));
    const Exclusivity others = options_.dry_run
                                   ? store_.storage->look_for_others()
                                   : store_.storage->make_exclusive();
    report_.findings = others.findings;
    report_.refusals = others.refusals;
    refuse_what_takes_no_push();
    if (!report_.refusals.empty()) return finish();
    const LayoutSource layout(options_.from);
    report_.plan = plan_import(layout, store_.reader(), options_.repository);
    if (!options_.dry_run) carry_out(layout);
    return finish();
  }

 private:
  void refuse_what_takes_no_push() {
    if (store_.storage->look_around().database_in_use)
      report_.refusals.push_back(
          {"lockfiles/database-in-use: GitLab keeps this registry's tags in a "
           "database, and its links are not the truth",
           "push the images to GitLab"});
    if (store_.proxy_cache)
      report_.refusals.push_back({"this registry is a pull-through cache",
                                  "import into the registry that it caches"});
  }

  // A server may have been started since the first look.
  void carry_out(const LayoutSource& layout) {
    for (const RegistryProcess& process : store_.storage->find_processes())
      if (!process.readonly) report_.refusals.push_back(refusal_for(process));
    if (!report_.refusals.empty()) return;
    const std::unique_ptr<LinkWriter> links = store_.storage->link_writer();
    std::atomic<std::uint64_t> bytes{0};
    {
      const ProgressLine line(!global_.quiet, [&] {
        return fmt::format("importing: {} of {} read", human_bytes(bytes),
                           human_bytes(report_.plan.bytes));
      });
      report_.outcome = dregs::carry_out(report_.plan, layout, store_.v2.get(),
                                         *links, stop_, bytes);
    }
    report_.written = report_.outcome.error.empty();
    if (!report_.written) print_error(report_.outcome.error);
  }

  ExitCode exit_code() const {
    if (!report_.refusals.empty()) return ExitCode::refused;
    if (stop_.requested() && !report_.written && !options_.dry_run)
      return exit_code_of(stop_.reason());
    return report_.outcome.error.empty()
               ? exit_code_of_done(global_.fail_on, report_.findings)
               : ExitCode::stopped;
  }

  ExitCode finish() {
    sort_findings(report_.findings);
    report_.exit_code = exit_code();
    report_.seconds = stopwatch_.seconds();
    return deliver({store_, report_.findings, report_.refusals,
                    report_.exit_code, [&] { return to_json(report_, store_); },
                    [&](const Palette& palette) {
                      print_text(report_, store_, palette, global_.verbose);
                    }},
                   global_);
  }

  const GlobalOptions& global_;
  const ImportOptions& options_;
  StopRequest& stop_;
  Stopwatch stopwatch_;
  OpenedStore store_;
  ImportReport report_;
};

}  // namespace

void add_import_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* importing = app.add_subcommand(
      "import", "Put the images of an OCI layout into a stopped registry");
  importing->add_option("DIR", options->from, "The layout")
      ->type_name("DIR")
      ->required();
  importing
      ->add_option("REPO", options->repository,
                   "Where all of it goes, under its tags; else where the names "
                   "in the layout say, REPO:TAG")
      ->type_name("REPO");
  importing->add_flag("-n,--dry-run", options->dry_run,
                      "Say what would be written, and change nothing");
  importing->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return ImportRun(global, *options).run();
    };
  });
}

}  // namespace dregs
