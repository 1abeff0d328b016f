// `dregs ls`: repositories, or what is in those that are named.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

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
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

struct LsOptions {
  std::vector<std::string> refs;
  bool untagged = false;
  bool names = false;
};

std::optional<std::int64_t> modified(int v2, const std::string& path) {
  FileStatus status;
  if (followed_status(v2, path.c_str(), status) != 0) return std::nullopt;
  return status.modified_ns;
}

class Listing {
 public:
  Listing(const GlobalOptions& global, const LsOptions& options)
      : global_(global), options_(options), stop_(stop_on_signals()) {}

  ExitCode run() {
    store_ = open_store(global_);
    const std::vector<ImageRef> refs = parse_image_refs(options_.refs);
    scan(refs);
    if (stop_.requested()) stop_early(stop_, "");
    selected_ = select(inventory_, refs);
    report_.with_tags = !refs.empty();
    if (refs.empty())
      list_repositories();
    else
      list_tags();
    if (options_.names) return finish_names();
    if (report_.with_tags) read_manifests();
    report_.findings = findings_about(inventory_, selected_);
    judge_tags();
    return finish();
  }

 private:
  void scan(const std::vector<ImageRef>& refs) {
    ScanProgress progress;
    const ProgressLine line(!global_.quiet, [&] {
      return "scanning: " +
             progress_text(progress.links, 0, stopwatch_.seconds());
    });
    inventory_ = scan_named(store_.v2.get(), refs, stop_, progress);
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
  }

  void read_manifests() {
    tbb::parallel_for(std::size_t{0}, report_.tags.size(), [this](auto i) {
      ListedTag& tag = report_.tags[i];
      if (tag.digest && !stop_.requested())
        tag.image = summarize_image(store_.v2.get(), *tag.digest);
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
    report_.tags.push_back(
        {repository.name,
         tag.name,
         tag.current,
         {},
         modified(store_.v2.get(),
                  layout::current_link(repository.name, tag.name))});
  }

  void add(const Repository& repository, const Digest& digest) {
    report_.tags.push_back(
        {repository.name,
         "",
         digest,
         {},
         modified(store_.v2.get(),
                  layout::link_in(layout::revision(repository.name, digest)))});
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
  ls->add_flag("--names", options->names,
               "Only names, one a line: REPO, or REPO:TAG of those named");
  ls->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return Listing(global, *options).run();
    };
  });
}

}  // namespace dregs
