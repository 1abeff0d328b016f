// The words of the command line, before CLI11 sees them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace dregs {

// The same words in the forms that CLI11 takes. Flags may have a value as
// pflag's have, which `registry garbage-collect` is made with: -m=false,
// -dm=true, --dry-run=0. Throws CLI::ValidationError where that is neither true
// nor false; all else is CLI11's to judge. Pure.
std::vector<std::string> as_cli11_takes_them(
    const CLI::App& app, const std::vector<std::string>& words);

// Whether --json is among the words, also among some that cannot be parsed.
bool asks_for_json(const std::vector<std::string>& words);

}  // namespace dregs
