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

#include "gc/context/fail_on.h"
#include "gc/context/stopwatch.h"
#include "scanner/objects/bucket_request.h"

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
  FailOn fail_on = FailOn::error;
  BucketRequest bucket;    // for a registry in object storage
  std::string price_file;  // --price; empty: AWS' prices
};

// The command that was chosen, ready to run.
struct Invocation {
  GlobalOptions global;
  Stopwatch stopwatch;
  std::function<ExitCode(const GlobalOptions&)> run;
  // What that command exits with where it cannot run.
  ExitCode could_not_run = ExitCode::could_not_run;
};

// What stands beside the commands: the name, the version, the help and the
// global flags.
void describe_program(CLI::App& app, Invocation& invocation);

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
