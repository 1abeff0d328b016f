// `dregs trash`: what runs with --trash moved aside, the way back, and the end.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/output/delivery.h"
#include "cli/output/json_document.h"
#include "cli/output/run_context.h"
#include "gc/context/stopwatch.h"
#include "gc/guard/other_users.h"
#include "gc/remove/trash.h"
#include "gc/storage/opened_store.h"
#include "scanner/files/clock.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

struct TrashOptions {
  std::string run;
  std::int64_t older_than_ns = 0;
};

struct TrashReport {
  std::vector<TrashedRun> runs;   // listed, or emptied
  std::vector<LeftInTrash> left;  // not restored
  std::uint64_t restored = 0;
  std::vector<Refusal> refusals;
  ExitCode exit_code = ExitCode::done;
};

class TrashRun {
 public:
  TrashRun(const GlobalOptions& global, const TrashOptions& options)
      : global_(global),
        options_(options),
        store_(open_store(global)),
        trash_(store_.storage->trash()) {}

  ExitCode list() {
    report_.runs = trash_->list();
    return finish("listed");
  }

  ExitCode restore() {
    if (!may_go_on(store_.storage->make_exclusive().refusals))
      return finish("restored");
    Restored restored = trash_->restore(find_run());
    report_.restored = restored.files;
    report_.left = std::move(restored.left);
    if (!restored.error.empty() && report_.left.empty())
      throw std::runtime_error(fmt::format(
          "cannot restore {}: {}", escaped(options_.run), restored.error));
    if (!report_.left.empty()) report_.exit_code = ExitCode::stopped;
    return finish("restored");
  }

  ExitCode empty() {
    if (!may_go_on(store_.storage->lock_out_others())) return finish("emptied");
    const std::string only = options_.run.empty() ? "" : find_run();
    const std::int64_t newest = now_ns() - options_.older_than_ns;
    for (TrashedRun& run : trash_->list()) {
      if (!only.empty() && run.name != only) continue;
      if (options_.older_than_ns > 0 && run.changed_ns > newest) continue;
      run.error = trash_->empty(run.name);
      if (!run.error.empty()) report_.exit_code = ExitCode::stopped;
      report_.runs.push_back(std::move(run));
    }
    return finish("emptied");
  }

 private:
  bool may_go_on(std::vector<Refusal> refusals) {
    report_.refusals = std::move(refusals);
    if (!report_.refusals.empty()) report_.exit_code = ExitCode::refused;
    return report_.refusals.empty();
  }

  // The run that is meant: "latest" is the last one.
  std::string find_run() const {
    const std::vector<TrashedRun> runs = trash_->list();
    if (options_.run == "latest" && !runs.empty()) return runs.back().name;
    if (std::any_of(runs.begin(), runs.end(), [&](const TrashedRun& run) {
          return run.name == options_.run;
        }))
      return options_.run;
    throw std::runtime_error(
        fmt::format("no run {} in the trash; dregs trash ls names those that "
                    "are",
                    escaped(options_.run)));
  }

  Json runs_json() const {
    Json list = Json::array();
    for (const TrashedRun& run : report_.runs)
      list.push_back({{"run", utf8(run.name)},
                      {"files", run.files},
                      {"bytes", run.bytes},
                      {"moved", rfc3339(run.changed_ns)},
                      {"error", text_or_null(run.error)}});
    return list;
  }

  Json left_json() const {
    Json list = Json::array();
    for (const LeftInTrash& file : report_.left)
      list.push_back({{"path", utf8(store_.shown(file.path))},
                      {"error", text_or_null(file.error)}});
    return list;
  }

  std::string json(const char* done) const {
    Json document = json_document("dregs.trash/1", store_);
    document["done"] = done;
    document["runs"] = runs_json();
    document["restored"] = report_.restored;
    document["left"] = left_json();
    document["refused"] = refusals_json(report_.refusals);
    return finish_json(std::move(document), {}, store_, report_.exit_code,
                       stopwatch_.seconds());
  }

  void print_text(const std::string& done) const {
    for (const TrashedRun& run : report_.runs)
      fmt::print("{}{:<24} {:>12} {:>12}  {}{}\n",
                 done == "emptied" ? "removed " : "", escaped(run.name),
                 counted(run.files, "file", "files"), human_bytes(run.bytes),
                 rfc3339(run.changed_ns),
                 run.error.empty() ? "" : "  not whole: " + run.error);
    if (done == "restored" && report_.refusals.empty())
      fmt::print("{} back in place\n",
                 counted(report_.restored, "file is", "files are"));
    if (done != "restored" && report_.runs.empty() && report_.refusals.empty())
      fmt::print("Nothing {}\n", options_.older_than_ns > 0
                                     ? "was old enough"
                                     : "is in the trash");
    for (const LeftInTrash& file : report_.left)
      fmt::print("left in the trash: {}: {}\n",
                 escaped(store_.shown(file.path)), file.error);
  }

  ExitCode finish(const char* done) {
    return deliver({store_,
                    {},
                    report_.refusals,
                    report_.exit_code,
                    [&] { return json(done); },
                    [&](const Palette&) { print_text(done); }},
                   global_);
  }

  const GlobalOptions& global_;
  const TrashOptions& options_;
  Stopwatch stopwatch_;
  OpenedStore store_;
  std::unique_ptr<TrashCan> trash_;
  TrashReport report_;
};

using Work = ExitCode (TrashRun::*)();

CLI::App* add(CLI::App& trash, const char* name, const char* help, Work work,
              const std::shared_ptr<TrashOptions>& options,
              Invocation& invocation) {
  CLI::App* command = trash.add_subcommand(name, help);
  command->callback([&invocation, options, work] {
    invocation.run = [options, work](const GlobalOptions& global) {
      return (TrashRun(global, *options).*work)();
    };
  });
  return command;
}

}  // namespace

void add_trash_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<TrashOptions>();
  CLI::App* trash = app.add_subcommand(
      "trash", "List, restore or remove what gc and rm put there");
  trash->require_subcommand(1);
  add(*trash, "ls", "List the runs in the trash", &TrashRun::list, options,
      invocation);
  add(*trash, "restore", "Put everything of a run back where it was",
      &TrashRun::restore, options, invocation)
      ->add_option("RUN", options->run,
                   "As trash ls names it; latest is the last one")
      ->type_name("RUN")
      ->required();
  CLI::App* empty = add(*trash, "empty", "Remove what is in the trash for good",
                        &TrashRun::empty, options, invocation);
  empty->add_option("RUN", options->run, "Only this run; else all")
      ->type_name("RUN");
  add_duration(*empty, "--older-than", options->older_than_ns,
               "Only runs older than this (0)");
}

}  // namespace dregs
