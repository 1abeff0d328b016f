// What was asked for on the command line. The tree of commands and flags is
// declared once, in CLI11: help, completions and man pages are made from it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/exit_code.h"
#include "cli/stopwatch.h"

namespace dregs {

enum class Colour { automatic, always, never };

struct GlobalOptions {
  std::optional<std::string> root;
  std::optional<std::string> config;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  unsigned jobs = 0;  // threads; never 0 after parsing
  Colour colour = Colour::automatic;
};

// The command that was chosen, ready to run.
struct Invocation {
  GlobalOptions global;
  Stopwatch stopwatch;
  std::function<ExitCode(const GlobalOptions&)> run;
  // What that command exits with where it cannot run.
  ExitCode could_not_run = ExitCode::could_not_run;
};

// Adds one command and its flags to the tree; where that command is chosen,
// it sets invocation.run. One such function for each command.
void add_gc_command(CLI::App& app, Invocation& invocation);
void add_apply_command(CLI::App& app, Invocation& invocation);
void add_ls_command(CLI::App& app, Invocation& invocation);
void add_rollback_command(CLI::App& app, Invocation& invocation);
void add_pulls_command(CLI::App& app, Invocation& invocation);
void add_inspect_command(CLI::App& app, Invocation& invocation);
void add_why_command(CLI::App& app, Invocation& invocation);
void add_du_command(CLI::App& app, Invocation& invocation);
void add_verify_command(CLI::App& app, Invocation& invocation);
void add_rm_command(CLI::App& app, Invocation& invocation);
void add_retain_command(CLI::App& app, Invocation& invocation);
void add_trash_command(CLI::App& app, Invocation& invocation);
void add_garbage_collect_command(CLI::App& app, Invocation& invocation);
void add_completions_command(CLI::App& app, Invocation& invocation);

// The whole tree.
void build_options(CLI::App& app, Invocation& invocation);

// Adds a flag whose value is a time span: 90s, 15m, 36h, 7d, 2w; 0 is none.
CLI::Option* add_duration(CLI::App& app, const std::string& flag,
                          std::int64_t& ns, const std::string& help);

// Digits and nothing else.
std::optional<std::uint32_t> whole_number(std::string_view text);

// Takes one of these words for what it stands for, with a message that names
// them all.
template <class Enum>
CLI::Validator one_of(const std::vector<std::pair<std::string, Enum>>& words) {
  return CLI::Validator(
      [words](std::string& text) {
        std::string all;
        for (const auto& [word, value] : words) {
          if (text == word) {
            text = std::to_string(static_cast<int>(value));
            return std::string();
          }
          all += (all.empty() ? "" : ", ") + word;
        }
        return "'" + text + "' is not one of " + all;
      },
      "");
}

// Checks a number, with a message that says what would do.
CLI::Validator between(double least, double most);

}  // namespace dregs
