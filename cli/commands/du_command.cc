// `dregs du`: survey → closures → who needs what alone → report.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "cli/commands/commands.h"
#include "cli/metrics/du_metrics.h"
#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/pages/du_page.h"
#include "cli/reports/measure_usage.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/names/selection.h"
#include "gc/runs/shown_survey.h"
#include "gc/saved/user_file.h"
#include "scanner/files/clock.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

struct DuOptions {
  std::vector<std::string> refs;
  bool tags = false;
  bool what_if = false;
  std::optional<std::size_t> top;
  DuOrder sort = DuOrder::total;
  std::string page;
  std::string metrics_file;
};

bool names_tags(const std::vector<Selected>& selected) {
  return std::any_of(selected.begin(), selected.end(),
                     [](const Selected& each) { return each.tag.has_value(); });
}

void check_selection(const std::vector<Selected>& selected, bool what_if) {
  for (const Selected& each : selected)
    if (each.digest)
      throw SelectionError(
          "du measures repositories and tags, not manifests by digest");
  if (what_if && names_tags(selected))
    throw SelectionError("--what-if is about whole repositories");
}

// Whole repositories, also where only some of their tags were named.
std::vector<std::uint32_t> repositories_of(
    const std::vector<Selected>& selected) {
  std::vector<std::uint32_t> chosen;
  for (const Selected& each : selected)
    if (chosen.empty() || chosen.back() != each.repository)
      chosen.push_back(each.repository);
  return chosen;
}

// Without REFs all repositories are meant.
std::vector<Selected> selected_in(const Inventory& inventory,
                                  const std::vector<ImageRef>& refs,
                                  bool what_if) {
  std::vector<Selected> selected = select(inventory, refs);
  check_selection(selected, what_if);
  if (refs.empty())
    for (std::uint32_t i = 0; i < inventory.repositories.size(); ++i)
      selected.push_back({i});
  return selected;
}

DuReport measure(const Survey& survey, const std::vector<ImageRef>& refs,
                 const DuOptions& options) {
  Policy policy;
  policy.now_ns = survey.inventory.started_ns;
  const std::vector<Selected> selected =
      selected_in(survey.inventory, refs, options.what_if);
  const std::vector<std::uint32_t> chosen = repositories_of(selected);
  DuReport report;
  report.by_tag = options.tags || names_tags(selected);
  report.findings = survey.diagnosis.findings;
  measure_store(survey, policy, report);
  measure_repositories(survey, policy, chosen, options.sort, report);
  if (report.by_tag || !options.page.empty())
    measure_tags(survey, policy, selected, options.sort, report);
  if (options.what_if) measure_together(survey, policy, chosen, report);
  return report;
}

void draw_page(const OpenedStore& store, std::int64_t started_ns,
               const std::string& page, const StopRequest& stop,
               DuReport& report) {
  tbb::parallel_for(std::size_t{0}, report.tags.size(), [&](std::size_t i) {
    TagUsage& tag = report.tags[i];
    if (stop.requested()) return;
    const auto pushed = store.reader().modified_time(
        layout::current_link(tag.repository, tag.tag));
    if (pushed) tag.pushed_ns = *pushed;
  });
  if (stop.requested()) return;
  write_file(du_page(report, store, started_ns), page, store.root);
  report.page = page;
}

ExitCode run_du(const GlobalOptions& global, const DuOptions& options) {
  StopRequest& stop = stop_on_signals();
  const Stopwatch stopwatch;
  if (options.page == "-" && global.json)
    throw std::runtime_error(
        "--html - and --json both write to stdout; name a file for the page");
  const OpenedStore store = open_store(global);
  const std::vector<ImageRef> refs = parse_image_refs(options.refs);
  const Survey survey =
      survey_with_progress(store, run_context(global).show, stop);
  if (stop.requested()) stop_early(stop, "");
  DuReport report = measure(survey, refs, options);
  if (!options.page.empty())
    draw_page(store, survey.inventory.started_ns, options.page, stop, report);
  if (stop.requested()) stop_early(stop, "");
  report.exit_code = exit_code_of_done(global.fail_on, report.findings);
  report.seconds = stopwatch.seconds();
  if (!options.metrics_file.empty())
    write_file(du_metrics(report, options.top.value_or(kRepositoriesInMetrics),
                          now_ns()),
               options.metrics_file, store.root);
  // The page shows all; tables and JSON what --top leaves.
  if (options.top) cut(report, *options.top);
  if (options.page == "-") return report.exit_code;
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

}  // namespace

void add_du_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<DuOptions>();
  CLI::App* du = app.add_subcommand(
      "du", "Show what takes the space, and what removing it would free");
  du->add_option("REF", options->refs,
                 "Repositories or tags, or globs of them in quotes")
      ->type_name("REF");
  du->add_flag("--tags", options->tags, "Tag by tag");
  du->add_flag("--what-if", options->what_if,
               "Say what removing all of these at once would free");
  du->add_option("--top", options->top,
                 "Only the N largest; of --metrics 50 unless said")
      ->type_name("N");
  static const std::vector<std::pair<std::string, DuOrder>> kOrders = {
      {"total", DuOrder::total},
      {"own", DuOrder::own},
      {"name", DuOrder::name}};
  du->add_option("--sort", options->sort, "By what; names decide among equals")
      ->type_name("total|own|name")
      ->transform(one_of(kOrders));
  du->add_option("--html", options->page,
                 "Also write one self-contained page to look at; -: to stdout")
      ->type_name("FILE");
  du->add_option("--metrics", options->metrics_file,
                 "Write what Prometheus' textfile collector reads")
      ->type_name("FILE");
  du->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_du(global, *options);
    };
  });
}

}  // namespace dregs
