// `dregs ls`: repositories, or what is in those that are named.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <memory>
#include <set>

#include "cli/commands/commands.h"
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
#include "gc/pulls/last_pull.h"
#include "gc/saved/pulls_file.h"
#include "scanner/files/clock.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

enum class LsOrder { name, pushed, pulled, size };

struct LsOptions {
  std::vector<std::string> refs;
  bool untagged = false;
  bool names = false;
  bool history = false;
  LsOrder order = LsOrder::name;
  std::int64_t older_than_ns = 0;
  std::string pulls;  // the state file of `dregs pulls`
};

class Listing {
 public:
  Listing(const GlobalOptions& global, const LsOptions& options)
      : global_(global), options_(options), stop_(stop_on_signals()) {}

  ExitCode run() {
    store_ = open_store(global_);
    const std::vector<ImageRef> refs = parse_image_refs(options_.refs);
    require_refs(refs);
    scan(refs);
    if (stop_.requested()) stop_early(stop_, "");
    selected_ = select(inventory_, refs);
    report_.with_tags = !refs.empty();
    if (refs.empty())
      list_repositories();
    else
      list_tags();
    if (options_.names && options_.order != LsOrder::size)
      return finish_names();
    if (report_.with_tags) read_manifests();
    if (options_.order == LsOrder::size) sort_tags();
    if (options_.names) return finish_names();
    if (options_.history) list_history();
    report_.findings = findings_about(inventory_, selected_);
    judge_tags();
    return finish();
  }

 private:
  // A repository itself has neither a time nor a size here.
  void require_refs(const std::vector<ImageRef>& refs) const {
    if (options_.order == LsOrder::pulled && options_.pulls.empty())
      throw SelectionError(
          "--sort pulled needs --pulls FILE, which dregs "
          "pulls makes from access logs");
    const char* flag = options_.history                  ? "--history"
                       : options_.older_than_ns > 0      ? "--older-than"
                       : !options_.pulls.empty()         ? "--pulls"
                       : options_.order != LsOrder::name ? "--sort"
                                                         : nullptr;
    if (flag != nullptr && refs.empty())
      throw SelectionError(fmt::format(
          "{} is about tags: name some, REPO:TAG or REPO; '**' is all", flag));
  }

  void scan(const std::vector<ImageRef>& refs) {
    ScanProgress progress;
    const ProgressLine line(!global_.quiet, [&] {
      return "scanning: " +
             progress_text(progress.links, 0, stopwatch_.seconds());
    });
    inventory_ = store_.storage->scan_named(refs, stop_, progress);
  }

  void list_repositories() {
    for (const Repository& each : inventory_.repositories)
      report_.repositories.push_back(
          {each.name, each.tags.size(), each.revisions.size()});
  }

  // Asks no manifest: the shells' completions wait for this.
  ExitCode finish_names() {
    std::vector<std::string>& names = report_.names.emplace();
    for (const ListedRepository& each : report_.repositories)
      names.push_back(each.name);
    for (const ListedTag& each : report_.tags)
      if (!each.tag.empty()) names.push_back(each.repository + ":" + each.tag);
    report_.seconds = stopwatch_.seconds();
    return write_out(ExitCode::done, ExitCode::could_not_run, [&] {
      if (global_.json) return fmt::print("{}", to_json(report_, store_));
      for (const std::string& name : names) fmt::print("{}\n", escaped(name));
    });
  }

  void list_tags() {
    for (const Selected& each : selected_) {
      const Repository& repository = inventory_.repositories[each.repository];
      if (each.tag)
        add(repository, repository.tags[*each.tag]);
      else if (each.digest)
        add(repository, *each.digest);
      else
        add_all(repository);
    }
    if (options_.older_than_ns > 0) drop_young();
    add_pulls();
    if (options_.order != LsOrder::size) sort_tags();
  }

  // What may be young, for nobody knows when it was pushed, is not old.
  void drop_young() {
    const std::int64_t newest = now_ns() - options_.older_than_ns;
    std::erase_if(report_.tags, [&](const ListedTag& tag) {
      return !tag.pushed_ns || *tag.pushed_ns > newest;
    });
  }

  // The newest or largest first, those of which it is not known last.
  void sort_tags() {
    const auto in_order = [this](const ListedTag& a, const ListedTag& b) {
      if (options_.order == LsOrder::size) return a.image.size > b.image.size;
      return options_.order == LsOrder::pushed ? a.pushed_ns > b.pushed_ns
                                               : a.pulled_ns > b.pulled_ns;
    };
    if (options_.order != LsOrder::name)
      std::stable_sort(report_.tags.begin(), report_.tags.end(), in_order);
  }

  void add_pulls() {
    if (options_.pulls.empty()) return;
    const PullTimes pulls = load_pulls(options_.pulls);
    report_.with_pulls = true;
    for (ListedTag& tag : report_.tags)
      if (tag.digest)
        tag.pulled_ns = last_pull_of(pulls, store_.reader(), tag.repository,
                                     tag.tag, *tag.digest);
  }

  void list_history() {
    report_.history.emplace();
    for (const ListedTag& listed : report_.tags) {
      if (listed.tag.empty()) continue;
      const Tag tag{listed.tag, listed.digest};
      for (TagRevision& revision :
           read_tag_history(store_.reader(), listed.repository, tag))
        report_.history->push_back({listed.repository, listed.tag, revision});
    }
  }

  void read_manifests() {
    tbb::parallel_for(std::size_t{0}, report_.tags.size(), [this](auto i) {
      ListedTag& tag = report_.tags[i];
      if (tag.digest && !stop_.requested())
        tag.image = summarize_image(store_.reader(), *tag.digest);
    });
  }

  void add_all(const Repository& repository) {
    for (const Tag& tag : repository.tags) add(repository, tag);
    if (!options_.untagged) return;
    std::set<Digest> tagged;
    for (const Tag& tag : repository.tags)
      if (tag.current) tagged.insert(*tag.current);
    for (const Digest& digest : repository.revisions)
      if (!tagged.contains(digest)) add(repository, digest);
  }

  void add(const Repository& repository, const Tag& tag) {
    report_.tags.push_back({repository.name,
                            tag.name,
                            tag.current,
                            {},
                            store_.reader().modified_time(layout::current_link(
                                repository.name, tag.name))});
  }

  void add(const Repository& repository, const Digest& digest) {
    report_.tags.push_back({repository.name,
                            "",
                            digest,
                            {},
                            store_.reader().modified_time(layout::link_in(
                                layout::revision(repository.name, digest)))});
  }

  void judge_tags() {
    for (const ListedTag& tag : report_.tags)
      if (tag.digest)
        add_manifest_finding(
            tag.repository, *tag.digest, tag.image.state,
            tag.repository + (tag.tag.empty() ? "@" + tag.digest->to_string()
                                              : ":" + tag.tag),
            report_.findings);
  }

  ExitCode finish() {
    if (stop_.requested()) stop_early(stop_, "");
    sort_findings(report_.findings);
    report_.exit_code =
        has_problems(report_.findings) ? ExitCode::problems : ExitCode::done;
    report_.seconds = stopwatch_.seconds();
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
  const LsOptions& options_;
  StopRequest& stop_;
  Stopwatch stopwatch_;
  OpenedStore store_;
  Inventory inventory_;
  std::vector<Selected> selected_;
  LsReport report_;
};

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
      return Listing(global, *options).run();
    };
  });
}

}  // namespace dregs
