// `dregs du`: survey → closures → who needs what alone → report.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "cli/commands/commands.h"
#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/pages/du_page.h"
#include "cli/reports/du_report.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/decide/plan.h"
#include "gc/explain/image_findings.h"
#include "gc/names/selection.h"
#include "gc/runs/shown_survey.h"
#include "gc/saved/user_file.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

enum class SortBy { total, own, name };

struct DuOptions {
  std::vector<std::string> refs;
  bool tags = false;
  bool what_if = false;
  std::optional<std::size_t> top;
  SortBy sort = SortBy::total;
  std::string page;
};

// Blobs have their blocks; of uploads only the size is known.
Amount freed_by(const Plan& plan, const Survey& survey, const Policy& policy) {
  Amount freed;
  for (const Removal& removal : plan.removals)
    if (removal.kind == RemovalKind::blob) {
      if (const auto id = survey.inventory.blobs.find(removal.digest))
        freed += freed_by(survey.inventory.blobs[*id], policy);
    } else {
      freed += {removal.bytes, removal.bytes};
    }
  return freed;
}

class Measurement {
 public:
  Measurement(const GlobalOptions& global, const DuOptions& options)
      : global_(global), options_(options), stop_(stop_on_signals()) {}

  ExitCode run() {
    if (options_.page == "-" && global_.json)
      throw std::runtime_error(
          "--html - and --json both write to stdout; name a file for the page");
    store_ = open_store(global_);
    const std::vector<ImageRef> refs = parse_image_refs(options_.refs);
    survey_ = survey_with_progress(store_, run_context(global_).show, stop_);
    if (stop_.requested()) stop_early(stop_, "");
    policy_.now_ns = survey_.inventory.started_ns;
    selected_ = select(survey_.inventory, refs);
    check_selection();
    if (refs.empty())
      for (std::uint32_t i = 0; i < repositories().size(); ++i)
        selected_.push_back({i});
    report_.by_tag = options_.tags || names_tags();
    report_.findings = survey_.diagnosis.findings;
    measure_store();
    measure_repositories();
    if (report_.by_tag || !options_.page.empty()) measure_tags();
    if (options_.what_if) measure_together();
    if (!options_.page.empty()) draw_page();
    if (stop_.requested()) stop_early(stop_, "");
    cut();
    return finish();
  }

 private:
  const std::vector<Repository>& repositories() const {
    return survey_.inventory.repositories;
  }

  bool names_tags() const {
    return std::any_of(
        selected_.begin(), selected_.end(),
        [](const Selected& each) { return each.tag.has_value(); });
  }

  void check_selection() const {
    for (const Selected& each : selected_)
      if (each.digest)
        throw SelectionError(
            "du measures repositories and tags, not manifests by digest");
    if (options_.what_if && names_tags())
      throw SelectionError("--what-if is about whole repositories");
  }

  void measure_store() {
    report_.all_repositories = repositories().size();
    report_.gc_frees = freed_by_gc(false);
    report_.gc_m_frees = freed_by_gc(true);
  }

  Amount freed_by_gc(bool delete_untagged) {
    Policy policy = policy_;
    policy.delete_untagged = delete_untagged;
    const MarkSet marks =
        mark(survey_.inventory, survey_.graph, survey_.diagnosis.pins, policy);
    if (!delete_untagged) sum_blobs(marks);
    return freed_by(make_plan(survey_.inventory, marks, policy), survey_,
                    policy);
  }

  void sum_blobs(const MarkSet& marks) {
    BlobSum all;
    BlobSum live;
    const BlobTable& blobs = survey_.inventory.blobs;
    for (BlobId id = 0; id < blobs.size(); ++id) {
      all.add(blobs[id]);
      if (marks.live[id] != 0) live.add(blobs[id]);
    }
    report_.all = all.amount();
    report_.live = live.amount();
  }

  // Of whole repositories, also where only some of their tags were named.
  std::vector<std::uint32_t> chosen() const {
    std::vector<std::uint32_t> chosen;
    for (const Selected& each : selected_)
      if (chosen.empty() || chosen.back() != each.repository)
        chosen.push_back(each.repository);
    return chosen;
  }

  void measure_repositories() {
    const std::vector<Usage> usages = usage_of_repositories(
        survey_.inventory, survey_.graph, survey_.diagnosis.pins, policy_);
    for (const std::uint32_t i : chosen())
      report_.repositories.push_back({repositories()[i].name, usages[i]});
    sort(report_.repositories,
         [](const RepositoryUsage& each) { return std::tie(each.name); });
  }

  void measure_tags() {
    const std::vector<std::vector<Usage>> usages = usage_of_tags(
        survey_.inventory, survey_.graph, survey_.diagnosis.pins, policy_);
    for (const Selected& each : selected_)
      for (std::uint32_t t = 0; t < usages[each.repository].size(); ++t)
        if (!each.tag || *each.tag == t)
          add_tag(repositories()[each.repository], t,
                  usages[each.repository][t]);
    sort(report_.tags, [](const TagUsage& each) {
      return std::tie(each.repository, each.tag);
    });
  }

  void add_tag(const Repository& repository, std::uint32_t t,
               const Usage& usage) {
    const Tag& tag = repository.tags[t];
    report_.tags.push_back({repository.name, tag.name, tag.current, usage});
  }

  // The largest first; names decide where sizes do not.
  template <class T, class Name>
  void sort(std::vector<T>& list, Name name) const {
    const auto size = [this](const T& each) {
      return options_.sort == SortBy::own     ? each.usage.own.bytes
             : options_.sort == SortBy::total ? each.usage.total.bytes
                                              : 0;
    };
    std::sort(list.begin(), list.end(), [&](const T& a, const T& b) {
      return size(a) != size(b) ? size(a) > size(b) : name(a) < name(b);
    });
  }

  // The page shows all; tables and JSON what --top leaves.
  void cut() {
    if (!options_.top) return;
    const std::size_t repositories = cut(report_.repositories);
    const std::size_t tags = cut(report_.tags);
    report_.left_out = report_.by_tag ? tags : repositories;
  }

  template <class T>
  std::size_t cut(std::vector<T>& list) const {
    const std::size_t all = list.size();
    if (all > *options_.top)
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(*options_.top),
                 list.end());
    return all - list.size();
  }

  void draw_page() {
    tbb::parallel_for(std::size_t{0}, report_.tags.size(), [this](auto i) {
      TagUsage& tag = report_.tags[i];
      if (stop_.requested()) return;
      const auto pushed = store_.reader().modified_time(
          layout::current_link(tag.repository, tag.tag));
      if (pushed) tag.pushed_ns = *pushed;
    });
    if (stop_.requested()) return;
    write_file(du_page(report_, store_, survey_.inventory.started_ns),
               options_.page, store_.root);
    report_.page = options_.page;
  }

  void measure_together() {
    const std::vector<std::uint32_t> all = chosen();
    report_.what_if = {all.size(),
                       usage_together(survey_.inventory, survey_.graph,
                                      survey_.diagnosis.pins, policy_, all)};
  }

  ExitCode finish() {
    report_.exit_code =
        has_problems(report_.findings) ? ExitCode::problems : ExitCode::done;
    report_.seconds = stopwatch_.seconds();
    if (options_.page == "-") return report_.exit_code;
    return deliver({store_,
                    report_.findings,
                    {},
                    report_.exit_code,
                    [this] { return to_json(report_, store_); },
                    [this](const Palette& palette) {
                      print_text(report_, store_, palette, global_.verbose);
                    }},
                   global_);
  }

  const GlobalOptions& global_;
  const DuOptions& options_;
  StopRequest& stop_;
  Stopwatch stopwatch_;
  Policy policy_;
  OpenedStore store_;
  Survey survey_;
  std::vector<Selected> selected_;
  DuReport report_;
};

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
  du->add_option("--top", options->top, "Only the N largest")->type_name("N");
  static const std::vector<std::pair<std::string, SortBy>> kOrders = {
      {"total", SortBy::total}, {"own", SortBy::own}, {"name", SortBy::name}};
  du->add_option("--sort", options->sort, "By what; names decide among equals")
      ->type_name("total|own|name")
      ->transform(one_of(kOrders));
  du->add_option("--html", options->page,
                 "Also write one self-contained page to look at; -: to stdout")
      ->type_name("FILE");
  du->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return Measurement(global, *options).run();
    };
  });
}

}  // namespace dregs
