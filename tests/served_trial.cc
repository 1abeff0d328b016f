#include "tests/served_trial.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/ask_registry.h"
#include "tests/file_identity.h"
#include "tests/mounted_store.h"
#include "tests/ordinary_user.h"
#include "tests/paths.h"
#include "tests/promise.h"
#include "tests/pushed_images.h"
#include "tests/run_program.h"
#include "tests/snapshot.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string program_under_test() {
  const char* other = std::getenv("DREGS");
  return other != nullptr ? other : kDregsProgram;
}

struct Run {
  std::string command;
  ProgramResult result;
  Json report;

  std::set<std::string> removals() const {
    std::set<std::string> paths;
    if (report.contains("removals"))
      for (const Json& each : report["removals"])
        paths.insert(each.at("path").get<std::string>());
    return paths;
  }

  std::set<std::string> pinned() const {
    std::set<std::string> names;
    if (report.contains("pinned"))
      for (const Json& each : report["pinned"])
        names.insert(each.at("repository").get<std::string>());
    return names;
  }
};

class ServedRun {
 public:
  ServedRun(const ServedTrial& trial, TrialCount& count)
      : trial_(trial),
        count_(count),
        outside_(store_.root().string() + "-outside"),
        tree_(std::in_place, store_.root(), outside_, can_mount_here()) {}

  ~ServedRun() {
    tree_.reset();
    fs::remove_all(outside_);
  }
  ServedRun(const ServedRun&) = delete;
  ServedRun& operator=(const ServedRun&) = delete;

  std::optional<TrialProblem> run(const std::string& look) {
    build_store();
    if (!look.empty()) look_with(look);
    const Answers answers = ask_server_for_everything();
    const Answers answers_3 = ask_for_everything(store_.v2(), model_of_3());
    count_.asked = answers.size();
    for (const auto& [question, answer] : answers)
      count_.served += answer.served();
    choose_wish(answers);
    run_dregs();
    judge_exit_codes();
    judge(answers, answers_3, "2.8.2",
          [&] { return ask_server_again(answers); });
    judge(answers_3, answers_3, "3.x, a model",
          [&] { return ask_again(answers_3, model_of_3()); });
    if (problems_.empty()) return std::nullopt;
    return TrialProblem{kind_, story()};
  }

 private:
  static bool can_mount_here() { return geteuid() == 0 && can_mount(); }

  // --- The store.

  void build_store() {
    build(store_, trial_.program);
    for (const TreeDamage& damage : trial_.damages)
      story_ += "  " + tree_->take(damage) + "\n";
    as_nobody_ = trial_.flags / 64 % 4 == 0 && can_be_ordinary_user();
    if (as_nobody_) {
      give_to_ordinary_user(store_);
      run_program({"chown", "-hR", "65534:65534", outside_.string()});
    }
  }

  void look_with(const std::string& command) const {
    const ProgramResult seen = run_program(
        {"sh", "-c", "cd \"$0\" && " + command, store_.root().string()});
    fmt::print("{}{}", seen.out, seen.err);
  }

  Ask model_of_3() const {
    return [this](const Question& question) {
      return ask_model_of_registry_3(store_.v2(), question);
    };
  }

  Answers ask_server_for_everything() const {
    const LiveRegistry server(store_, "", "log: {accesslog: {disabled: true}}");
    return ask_for_everything(store_.v2(), [&](const Question& question) {
      return ask_server(server.port(), question);
    });
  }

  Answers ask_server_again(const Answers& before) const {
    const LiveRegistry server(store_, "", "log: {accesslog: {disabled: true}}");
    return ask_again(before, [&](const Question& question) {
      return ask_server(server.port(), question);
    });
  }

  // --- The commands.

  void choose_wish(const Answers& answers) {
    wish_.delete_untagged = trial_.flags % 2;
    std::vector<Question> tags;
    for (const auto& [question, answer] : answers)
      if (question.manifest && answer.served() &&
          question.reference.find(':') == std::string::npos)
        tags.push_back(question);
    if (trial_.command % 8 != 7 || tags.empty()) return;
    const Question& tag = tags[trial_.command / 8 % tags.size()];
    wish_ = {false, tag.repository,
             trial_.command / 64 % 4 == 0 ? "" : tag.reference};
  }

  bool removes_by_name() const { return !wish_.repository.empty(); }

  std::vector<std::string> flags_of_gc() const {
    std::vector<std::string> flags;
    if (wish_.delete_untagged) flags.push_back("-m");
    if (trial_.flags / 2 % 2) flags.push_back("--uploads-older-than=0");
    if (trial_.flags / 4 % 4 == 0) flags.push_back("--jobs=1");
    if (trial_.flags / 16 % 2) flags.push_back("--allow-empty");
    if (trial_.flags / 32 % 4 == 0) flags.push_back("--trash");
    if (trial_.flags / 256 % 4 == 0) flags.push_back("--prove");
    if (trial_.flags / 1024 % 4 == 0) flags.push_back("--age-by=mtime");
    return flags;
  }

  void run_dregs() {
    switch (trial_.command % 8) {
      case 5:
        return run_garbage_collect();
      case 6:
        return run_saved_plan();
      case 7:
        if (removes_by_name()) return run_rm();
        [[fallthrough]];
      default:
        return run_gc();
    }
  }

  void run_gc() {
    std::vector<std::string> command = {"gc", "--list"};
    for (const std::string& flag : flags_of_gc()) command.push_back(flag);
    dry_run_and_run(command);
  }

  void run_saved_plan() {
    const std::string plan = outside_ / "plan.json";
    std::vector<std::string> save = {"gc", "-n", "--plan", plan};
    if (wish_.delete_untagged) save.push_back("-m");
    start(save);
    dry_run_and_run({"apply", "--list", plan});
  }

  void run_rm() {
    dry_run_and_run(
        {"rm", "--gc", "--list",
         wish_.repository + (wish_.tag.empty() ? "" : ":" + wish_.tag)});
  }

  void run_garbage_collect() {
    const std::string config = outside_ / "config.yml";
    std::ofstream(config) << "version: 0.1\nstorage: {filesystem: "
                             "{rootdirectory: '"
                          << store_.root().string() << "'}}\n";
    std::vector<std::string> command = {"garbage-collect", config};
    if (wish_.delete_untagged) command.push_back("-m");
    dry_run_and_run(command);
  }

  void dry_run_and_run(std::vector<std::string> command) {
    FileIdentities files;
    add_identities(files, store_.root(), "");
    add_identities(files, outside_, "outside/");
    const TreeSnapshot before = snapshot();
    command.push_back("-d");
    if (!command[0].starts_with("g")) command.back() = "-n";
    const Run dry = start(command);
    const TreeSnapshot after_dry = snapshot();
    if (after_dry != before) say("WRITES", "the dry run changed the store");
    dry_exit_code_ = dry.result.exit_code;
    named_ = identities_of(dry.removals(), store_.root());
    command.pop_back();
    first_ = start(command);
    const TreeSnapshot after = snapshot();
    judge_changes(before, after, dry, files);
    if (removes_by_name()) command = {"gc", "--list"};
    second_ = start(command);
    judge_second_run(after, snapshot());
  }

  Run start(const std::vector<std::string>& command) {
    std::vector<std::string> argv;
    if (as_nobody_) argv = as_ordinary_user();
    argv.push_back(program_under_test());
    argv.insert(argv.end(), command.begin(), command.end());
    if (command[0] != "garbage-collect")
      argv.insert(argv.end(), {"--json", "--root", store_.root().string()});
    Run run{fmt::format("{}", fmt::join(argv, " ")), run_program(argv), {}};
    run.report = Json::parse(run.result.out, nullptr, false);
    story_ +=
        fmt::format("  {}: exit code {}\n", run.command, run.result.exit_code);
    return run;
  }

  // --- What is wrong.

  void say(const std::string& kind, const std::string& what) {
    if (kind_.empty()) kind_ = kind;
    problems_ += fmt::format("  {}: {}\n", kind, what);
  }

  // Of the root and what is outside; folders that were left empty may go.
  TreeSnapshot snapshot() const {
    TreeSnapshot all = snapshot_tree(store_.root());
    for (const auto& [path, what] : snapshot_tree(outside_))
      if (path != "plan.json" && path != "config.yml")
        all["outside/" + path] = what;
    std::erase_if(all, [](const auto& entry) {
      return entry.second == "folder" ||
             entry.first.find("/.dregs/") != std::string::npos;
    });
    return all;
  }

  void judge_changes(const TreeSnapshot& before, const TreeSnapshot& after,
                     const Run& dry, const FileIdentities& files) {
    for (const std::string& path : files_added(before, after))
      say("WRITES", "new: " + path);
    for (const std::string& path : files_changed(before, after))
      say("WRITES", "changed: " + path);
    const std::set<std::string> lost = files_lost(before, after);
    count_.removed = lost.size();
    if (command_has_removals()) judge_names(lost, dry, files);
    if (dry.result.exit_code != first_.result.exit_code &&
        !may_not_remove(first_))
      say("MISMATCH",
          fmt::format("the dry run's exit code is {}, the run's {}",
                      dry.result.exit_code, first_.result.exit_code));
    const bool refused = first_.result.exit_code == 3;
    if (refused && !lost.empty())
      say("LIES", "exit code 3, but removed " + *lost.begin());
  }

  bool command_has_removals() const {
    return first_.report.is_object() && first_.report.contains("removals");
  }

  void judge_names(const std::set<std::string>& lost, const Run& dry,
                   const FileIdentities& files) {
    const std::set<std::string> named = first_.removals();
    if (first_.result.exit_code != 3 && dry.removals() != named)
      say("MISMATCH", difference(dry.removals(), named));
    for (const std::string& path : lost)
      if (!is_at_or_below(path, files, named_))
        say("UNNAMED", "removed, but not named: " + path);
  }

  static std::string difference(const std::set<std::string>& dry,
                                const std::set<std::string>& run) {
    std::string text = "the dry run and the run differ:";
    for (const std::string& path : dry)
      if (!run.contains(path)) text += "\n    only in the dry run: " + path;
    for (const std::string& path : run)
      if (!dry.contains(path)) text += "\n    only in the run: " + path;
    return text;
  }

  void judge_second_run(const TreeSnapshot& after, const TreeSnapshot& now) {
    if (removes_by_name() && first_.result.exit_code > 1) return;  // no gc yet
    for (const std::string& path : files_lost(after, now))
      say("AGAIN", "the second run removed " + path);
  }

  // Who may read and not remove is told so by exit code 4, each time anew.
  bool may_not_remove(const Run& run) const {
    return as_nobody_ && run.result.exit_code == 4 &&
           why_of(run).find("Permission denied") != std::string::npos;
  }

  void judge_exit_codes() {
    const int first = first_.result.exit_code;
    const int second = second_.result.exit_code;
    count_.exit_code = first;
    if (may_not_remove(first_)) return;
    // Unless the dry run has said that something named by the user stays.
    const bool stalled = first == 4 && dry_exit_code_ != 4;
    if (stalled || second == 4)
      say("STALL", why_of(stalled ? first_ : second_));
    else if (first > 4 || second > 4)
      say("CRASH", why_of(first > 4 ? first_ : second_));
    else if (second > first && !removes_by_name())
      say("WORSE", fmt::format("exit code {} and then {}: {}", first, second,
                               why_of(second_)));
  }

  static std::string why_of(const Run& run) {
    std::string why = run.result.err;
    if (run.report.is_object())
      for (const char* key : {"refused", "findings"})
        for (const Json& each : run.report.value(key, Json::array()))
          if (each.value("severity", "error") == "error")
            why += "\n    " + each.dump();
    return why;
  }

  void judge(const Answers& before, const Answers& revisions,
             const char* server, const std::function<Answers()>& ask) {
    const auto promised =
        must_be_served(before, revisions, wish_, first_.pinned());
    count_.promised += promised.size();
    if (count_.removed == 0) return;
    const Answers after = ask();
    for (const Question& question : promised)
      if (after.at(question) != before.at(question))
        say("LOSS",
            fmt::format("{} was served by {}, now {}", to_string(question),
                        server, after.at(question).status));
  }

  std::string story() const {
    std::ostringstream text;
    text << "store:\n";
    for (const StoreOperation& operation : trial_.program)
      text << "  " << operation << '\n';
    text << "damages and commands:\n" << story_ << "wrong:\n" << problems_;
    return text.str();
  }

  const ServedTrial& trial_;
  TrialCount& count_;
  StoreBuilder store_;
  fs::path outside_;
  std::optional<DamagedTree> tree_;
  bool as_nobody_ = false;
  Wish wish_;
  std::set<FileIdentity> named_;  // by the dry run
  int dry_exit_code_ = 0;
  Run first_;
  Run second_;
  std::string kind_;
  std::string story_;
  std::string problems_;
};

}  // namespace

rc::Gen<ServedTrial> served_trials() {
  const auto number = rc::gen::inRange(0U, 1U << 16U);
  return rc::gen::construct<ServedTrial>(served_stores(), tree_damages(),
                                         number, number);
}

std::optional<TrialProblem> try_store(const ServedTrial& trial,
                                      TrialCount& count,
                                      const std::string& look) {
  return ServedRun(trial, count).run(look);
}

}  // namespace dregs
