// `dregs pulls`: logs → last pulls → the state file. It needs no registry. The
// state must not lie in the folder of a registry.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/commands/retain_policy.h"
#include "cli/output/delivery.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/output/run_context.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/context/stopwatch.h"
#include "gc/pulls/fold_log.h"
#include "gc/saved/pulls_file.h"
#include "gc/saved/user_file.h"
#include "scanner/files/clock.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/append.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// The maintenance window asks a registry with this agent whether it serves.
constexpr const char* kOwnAgent = "dregs-smoke-test*";

struct PullsOptions {
  std::string state;
  std::vector<std::string> logs;
  std::vector<std::string> ignored_agents;
  std::string policy_file;  // empty: none
};

struct FoldedLog {
  std::string name;
  FoldedLines lines;
  LogFileResult result;
};

// Leaves out counts of zero.
void add_words(std::vector<std::string>& words, std::uint64_t count,
               std::string_view singular, std::string_view plural) {
  if (count > 0) words.push_back(counted(count, singular, plural));
}

std::string in_words(const FoldedLines& lines) {
  std::vector<std::string> words = {counted(lines.pulls, "pull", "pulls")};
  add_words(words, lines.other_requests, "other request", "other requests");
  add_words(words, lines.failed, "pull that failed", "pulls that failed");
  add_words(words, lines.ignored_agents, "pull by an ignored agent",
            "pulls by ignored agents");
  add_words(words, lines.illegal_names, "name that no server accepts",
            "names that no server accepts");
  add_words(words, lines.silent, "line about something else",
            "lines about something else");
  add_words(words, lines.foreign, "line of no known format",
            "lines of no known format");
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string problem_of(const LogFileResult& result) {
  if (result.error != 0) return std::strerror(result.error);
  if (result.cut_short)
    return "the compressed data ends too early; what was there was read";
  return result.damaged ? "the compressed data is damaged from some point on"
                        : "";
}

std::uint64_t references_in(const PullTimes& pulls) {
  std::uint64_t count = 0;
  for (const auto& [repository, all] : pulls.repositories())
    count += all.size();
  return count;
}

Json log_json(const FoldedLog& log) {
  Json json;
  json["log"] = utf8(log.name);
  json["lines"] = log.lines.lines;
  json["pulls"] = log.lines.pulls;
  json["other_requests"] = log.lines.other_requests;
  json["failed"] = log.lines.failed;
  json["ignored_agents"] = log.lines.ignored_agents;
  json["illegal_names"] = log.lines.illegal_names;
  json["silent"] = log.lines.silent;
  json["foreign"] = log.lines.foreign;
  json["foreign_at"] = log.lines.foreign_at;
  json["half_written"] = log.lines.half_written;
  json["problem"] = text_or_null(problem_of(log.result));
  return json;
}

void print_log(const FoldedLog& log) {
  fmt::print("{}: {}\n", escaped(log.name), in_words(log.lines));
  if (!log.lines.foreign_at.empty())
    fmt::print("  of no known format: line {}{}\n",
               fmt::join(log.lines.foreign_at, ", "),
               log.lines.foreign > log.lines.foreign_at.size() ? " …" : "");
  if (log.lines.half_written)
    fmt::print("  the last line is half written; it is read next time\n");
  if (const std::string problem = problem_of(log.result); !problem.empty())
    fmt::print("  {}\n", problem);
}

void print_pulls(const std::vector<FoldedLog>& logs, const PullTimes& pulls) {
  for (const FoldedLog& log : logs) print_log(log);
  const auto since_ns = pulls.known_since_ns();
  if (!since_ns) {
    fmt::print("Nothing is known yet: no log told of a registry.\n");
    return;
  }
  fmt::print(
      "Known since {}: the last pull of {} in {}.\n", rfc3339(*since_ns),
      counted(references_in(pulls), "tag or digest", "tags and digests"),
      counted(pulls.repositories().size(), "repository", "repositories"));
}

class PullsRun {
 public:
  PullsRun(const GlobalOptions& global, const PullsOptions& options)
      : global_(global), options_(options), stop_(stop_on_signals()) {
    fold_options_.ignored_agents = options.ignored_agents;
    if (!options.policy_file.empty())
      append(fold_options_.ignored_agents,
             load_retention_policy(options.policy_file).ignored_agents);
    fold_options_.ignored_agents.emplace_back(kOwnAgent);
    fold_options_.now_s = now_ns() / 1'000'000'000;
  }

  ExitCode run() {
    find_store();
    pulls_ = load_pulls_if_any(options_.state);
    for (const std::string& log : options_.logs) fold(log);
    if (has_store_)
      replace_file(pulls_text(pulls_), options_.state, store_.root);
    else
      replace_file(pulls_text(pulls_), options_.state);
    return finish();
  }

 private:
  // Logs are often collected on a machine without a registry. A registry that
  // the user names has to be there.
  void find_store() {
    try {
      store_ = open_store(global_);
      has_store_ = true;
    } catch (const std::runtime_error&) {
      if (global_.root || global_.config) throw;
    }
  }

  void fold(const std::string& name) {
    Descriptor opened;
    if (name != "-") {
      opened = Descriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
      if (!opened)
        throw std::runtime_error(fmt::format(
            "cannot read {}: {}", escaped(name), std::strerror(errno)));
    }
    LogFolder folder(fold_options_, pulls_);
    const LogFileResult result = read_log(
        name == "-" ? STDIN_FILENO : opened.get(), [&](const ReadLine& line) {
          folder.fold(line);
          return !stop_.requested();
        });
    if (stop_.requested()) stop_early(stop_, "the state was not changed");
    if (result.error != 0)
      throw std::runtime_error(fmt::format("cannot read {}: {}", escaped(name),
                                           std::strerror(result.error)));
    logs_.push_back({name, folder.finish(), result});
  }

  std::string json() const {
    Json document = json_document("dregs.pulled/1", store_);
    document["state"] = utf8(options_.state);
    const auto since_ns = pulls_.known_since_ns();
    document["since"] = since_ns ? Json(rfc3339(*since_ns)) : Json(nullptr);
    document["repositories"] = pulls_.repositories().size();
    document["references"] = references_in(pulls_);
    document["logs"] = Json::array();
    for (const FoldedLog& log : logs_)
      document["logs"].push_back(log_json(log));
    return finish_json(std::move(document), {}, store_, ExitCode::done,
                       stopwatch_.seconds());
  }

  ExitCode finish() const {
    if (has_store_)
      return deliver(
          {store_,
           {},
           {},
           ExitCode::done,
           [this] { return json(); },
           [this](const Palette& /*palette*/) { print_pulls(logs_, pulls_); }},
          global_);
    if (global_.quiet && !global_.json) return ExitCode::done;
    return write_out(ExitCode::done, ExitCode::could_not_run, [this] {
      if (global_.json)
        fmt::print("{}", json());
      else
        print_pulls(logs_, pulls_);
    });
  }

  const GlobalOptions& global_;
  const PullsOptions& options_;
  StopRequest& stop_;
  Stopwatch stopwatch_;
  FoldOptions fold_options_;
  OpenedStore store_;
  bool has_store_ = false;
  PullTimes pulls_;
  std::vector<FoldedLog> logs_;
};

}  // namespace

void add_pulls_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<PullsOptions>();
  CLI::App* pulls = app.add_subcommand(
      "pulls", "Learn from access logs when each image was last pulled");
  pulls
      ->add_option("LOG", options->logs,
                   "Access logs of the registry or of what stands before it, "
                   "or its notifications; gzip and zstd as well; -: stdin")
      ->type_name("LOG")
      ->required();
  pulls
      ->add_option("--state", options->state,
                   "What is known is kept here; logs that were read before "
                   "change nothing")
      ->type_name("FILE")
      ->required();
  pulls
      ->add_option("--ignore-agent", options->ignored_agents,
                   "Pulls by agents of this name do not count: 'Trivy*'; may "
                   "be given again")
      ->type_name("GLOB")
      ->allow_extra_args(false);  // one each time
  pulls
      ->add_option("--policy", options->policy_file,
                   "Nor do pulls by the ignore_agents of this retention policy")
      ->type_name("FILE");
  pulls->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return PullsRun(global, *options).run();
    };
  });
}

}  // namespace dregs
