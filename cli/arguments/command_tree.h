// The tree of commands and flags as plain values: what help, completions and
// man pages are made from, so that none of them can name what the others do
// not. Pure.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace dregs {

struct Flag {
  std::vector<std::string> names;  // with dashes, the short ones first
  // What its value is: DIR, FILE, REF, N …, or the words that it may be, with
  // bars between them. Empty: it takes none.
  std::string value;
  std::string help;
};

struct Positional {
  std::string value;  // as above
  std::string help;
  bool required = false;
  bool many = false;
};

struct Command {
  std::vector<std::string> path;  // ["trash", "ls"]; the program itself: none
  std::string help;
  std::vector<Positional> positionals;
  std::vector<Flag> flags;
  std::vector<Command> commands;

  std::string name() const;  // "trash ls"
};

// Without what is hidden (in no group).
Command command_tree(const CLI::App& app);

// The command and all below it, each before those below it.
std::vector<const Command*> flattened(const Command& root);

// The words of "auto|always|never"; none where the value is anything else.
std::vector<std::string> choices(const std::string& value);

}  // namespace dregs
