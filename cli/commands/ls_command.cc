// `dregs ls`: repositories, or what is in those that are named.
#include <fmt/format.h>

#include <memory>

#include "cli/commands/commands.h"
#include "cli/commands/listed_tags.h"
#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/reports/ls_report.h"
#include "cli/terminal/signals.h"
#include "cli/terminal/terminal.h"
#include "gc/context/stopped_early.h"
#include "gc/context/stopwatch.h"
#include "gc/explain/image_findings.h"
#include "gc/explain/named_repositories.h"
#include "gc/names/selection.h"
#include "scanner/files/clock.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

struct LsOptions {
  std::vector<std::string> refs;
  bool untagged = false;
  bool names = false;
  bool history = false;
  LsOrder order = LsOrder::name;
  std::int64_t older_than_ns = 0;
  std::string pulls;  // the state file of `dregs pulls`
};

// A repository itself has neither a time nor a size here.
void require_refs(const LsOptions& options, const std::vector<ImageRef>& refs) {
  if (options.order == LsOrder::pulled && options.pulls.empty())
    throw SelectionError(
        "--sort pulled needs --pulls FILE, which dregs "
        "pulls makes from access logs");
  const char* flag = options.history                  ? "--history"
                     : options.older_than_ns > 0      ? "--older-than"
                     : !options.pulls.empty()         ? "--pulls"
                     : options.order != LsOrder::name ? "--sort"
                                                      : nullptr;
  if (flag != nullptr && refs.empty())
    throw SelectionError(fmt::format(
        "{} is about tags: name some, REPO:TAG or REPO; '**' is all", flag));
}

std::vector<ListedRepository> listed_repositories(const Inventory& inventory) {
  std::vector<ListedRepository> all;
  for (const Repository& each : inventory.repositories)
    all.push_back({each.name, each.tags.size(), each.revisions.size()});
  return all;
}

std::vector<std::string> names_of(const LsReport& report) {
  std::vector<std::string> names;
  for (const ListedRepository& each : report.repositories)
    names.push_back(each.name);
  for (const ListedTag& each : report.tags)
    if (!each.tag.empty()) names.push_back(each.repository + ":" + each.tag);
  return names;
}

ExitCode deliver_names(const LsReport& report, const OpenedStore& store,
                       const GlobalOptions& global) {
  return write_out(ExitCode::done, ExitCode::could_not_run, [&] {
    if (global.json) return fmt::print("{}", to_json(report, store));
    for (const std::string& name : *report.names)
      fmt::print("{}\n", escaped(name));
  });
}

ExitCode deliver_report(const LsReport& report, const OpenedStore& store,
                        const GlobalOptions& global) {
  return deliver({store,
                  report.findings,
                  {},
                  report.exit_code,
                  [&] { return to_json(report, store); },
                  [&](const Palette& palette) {
                    print_text(report, store, palette, global.verbose);
                  }},
                 global);
}

Inventory scan_named(const OpenedStore& store,
                     const std::vector<ImageRef>& refs,
                     const Stopwatch& stopwatch, const StopRequest& stop,
                     const GlobalOptions& global) {
  ScanProgress progress;
  const ProgressLine line(!global.quiet, [&] {
    return "scanning: " + progress_text(progress.links, 0, stopwatch.seconds());
  });
  return store.storage->scan_named(refs, stop, progress);
}

// All but what the manifests tell.
void list_tags(const std::vector<Selected>& selected,
               const Inventory& inventory, const OpenedStore& store,
               const LsOptions& options, LsReport& report) {
  report.tags =
      listed_tags(selected, inventory, store.reader(), options.untagged);
  if (options.older_than_ns > 0)
    drop_young(report.tags, now_ns() - options.older_than_ns);
  report.with_pulls = !options.pulls.empty();
  if (report.with_pulls) add_pulls(report.tags, options.pulls, store.reader());
  if (options.order != LsOrder::size) sort_tags(report.tags, options.order);
}

ExitCode run_ls(const GlobalOptions& global, const LsOptions& options) {
  StopRequest& stop = stop_on_signals();
  const Stopwatch stopwatch;
  const OpenedStore store = open_store(global);
  const std::vector<ImageRef> refs = parse_image_refs(options.refs);
  require_refs(options, refs);
  const Inventory inventory = scan_named(store, refs, stopwatch, stop, global);
  if (stop.requested()) stop_early(stop, "");
  const std::vector<Selected> selected = select(inventory, refs);
  LsReport report;
  report.with_tags = !refs.empty();
  if (report.with_tags)
    list_tags(selected, inventory, store, options, report);
  else
    report.repositories = listed_repositories(inventory);
  // Names alone ask no manifest: the shells' completions wait for this.
  const bool by_size = options.order == LsOrder::size;
  if (report.with_tags && (!options.names || by_size))
    read_images(report.tags, store.reader(), stop);
  if (by_size) sort_tags(report.tags, options.order);
  if (options.names) {
    report.names = names_of(report);
    report.seconds = stopwatch.seconds();
    return deliver_names(report, store, global);
  }
  if (options.history) report.history = history_of(report.tags, store.reader());
  report.findings = findings_about(inventory, selected);
  add_image_findings(report.tags, report.findings);
  if (stop.requested()) stop_early(stop, "");
  sort_findings(report.findings);
  report.exit_code = exit_code_of_done(global.fail_on, report.findings);
  report.seconds = stopwatch.seconds();
  return deliver_report(report, store, global);
}

}  // namespace

void add_ls_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<LsOptions>();
  CLI::App* ls = app.add_subcommand(
      "ls", "List repositories; or the tags of those that are named");
  ls->add_option("REF", options->refs,
                 "Repositories, tags, or globs of them in quotes")
      ->type_name("REF");
  ls->add_flag("--untagged", options->untagged,
               "Also list the manifests that no tag names");
  ls->add_flag("--history", options->history,
               "What each tag was, the newest first: rollback goes back to it");
  add_duration(*ls, "--older-than", options->older_than_ns,
               "Only tags that were pushed longer ago than this");
  ls->add_option("--sort", options->order,
                 "By name; by time of push or pull, the latest first; by size, "
                 "the largest first")
      ->type_name("name|pushed|pulled|size")
      ->transform(one_of<LsOrder>({{"name", LsOrder::name},
                                   {"pushed", LsOrder::pushed},
                                   {"pulled", LsOrder::pulled},
                                   {"size", LsOrder::size}}));
  ls->add_option("--pulls", options->pulls,
                 "Also when each was last pulled, by what `dregs pulls` keeps "
                 "in this file")
      ->type_name("FILE");
  ls->add_flag("--names", options->names,
               "Only names, one a line: REPO, or REPO:TAG of those named");
  ls->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_ls(global, *options);
    };
  });
}

}  // namespace dregs
