// The words of the command line, before CLI11 sees them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

struct Words {
  std::vector<std::string> words;
  // A flag's value that is neither true nor false; to be thrown once the rest
  // is parsed, by which time the command is known that cannot run.
  std::optional<CLI::ValidationError> wrong{};
};

// The same words in the forms that CLI11 takes. Flags may have a value as
// pflag's have, which `registry garbage-collect` is made with: -m=false,
// -dm=true, --dry-run=0. All else is CLI11's to judge. Pure.
Words as_cli11_takes_them(const CLI::App& app,
                          const std::vector<std::string>& words);

// Whether --json is among the words, also among some that cannot be parsed.
bool asks_for_json(const std::vector<std::string>& words);

}  // namespace dregs
