// Help, man pages, completions and docs name the same commands and flags, and
// no flag stands for two things.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "cli/arguments/completions.h"
#include "cli/arguments/options.h"
#include "cli/commands/commands.h"
#include "tests/paths.h"
#include "tests/run_program.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

struct Tree {
  CLI::App app;
  Invocation invocation;
  Command root;
  Tree() {
    build_options(app, invocation);
    root = command_tree(app);
  }
};

// With the program's own, which every command takes.
Names flags_of(const Command& command, const Command& root) {
  Names names;
  const auto add = [&](const Command& each) {
    for (const Flag& flag : each.flags)
      names.insert(flag.names.begin(), flag.names.end());
  };
  add(root);
  const Command* above = &root;
  for (std::size_t depth = 0; depth < command.path.size(); ++depth) {
    for (const Command& each : above->commands)
      if (each.path.back() == command.path[depth]) {
        above = &each;
        break;
      }
    add(*above);
  }
  return names;
}

// Every first group in `text`.
Names found(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  Names names;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end;
       match != end; ++match)
    names.insert((*match)[1]);
  return names;
}

// The flags that lines of this form begin with.
Names flags_in_lines(const std::string& text, const std::string& form) {
  Names names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (std::smatch match; std::regex_search(line, match, std::regex(form)))
      names.merge(found(match[1], "(--?[a-z][a-z-]*)"));
  return names;
}

std::string between(const std::string& text, const std::string& first,
                    const std::string& last) {
  const std::size_t begin = text.find(first);
  if (begin == std::string::npos) return "";
  const std::size_t after = begin + first.size();
  return text.substr(after, text.find(last, after) - after);
}

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string shell_name(const Command& command, const std::string& joint) {
  std::string name = "dregs";
  for (const std::string& word : command.path) name += joint + word;
  return name;
}

std::string help(const Command& command) {
  std::vector<std::string> words = command.path;
  words.insert(words.begin(), kDregsProgram);
  words.emplace_back("--help");
  return run_program(words).out;
}

TEST(Flags, EveryHelpNamesThemAndFits) {
  const Tree tree;
  for (const Command* command : flattened(tree.root)) {
    const std::string text = help(*command);
    EXPECT_EQ(flags_in_lines(text, "^ +(-[^ ,]+(, -[^ ,]+)*)"),
              flags_of(*command, tree.root))
        << text;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), 80U) << line;
  }
}

// The words of an example, up to where a shell sends what it prints.
std::vector<std::string> words_of(const std::string& example) {
  std::istringstream all(example.substr(0, example.find('>')));
  std::vector<std::string> words;
  for (std::string word; all >> word;) words.push_back(word);
  return words;
}

void expect_parsed(const std::string& example) {
  const std::size_t at = example.find("dregs ");
  ASSERT_NE(at, std::string::npos) << example;
  std::vector<std::string> words =
      words_of(example.substr(at + 6, example.find(')') - at - 6));
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  Tree tree;
  EXPECT_NO_THROW(tree.app.parse(words)) << example;
}

TEST(Flags, EveryHelpEndsWithTwoExamplesThatCanBeRun) {
  const Tree tree;
  for (const Command* command : flattened(tree.root)) {
    const std::string text = help(*command);
    std::istringstream lines(between(text + "\n", "Examples:\n", "\n\n"));
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count)
      expect_parsed(line);
    EXPECT_EQ(count, 2U) << text;
  }
}

TEST(Flags, NoneMeansTwoThings) {
  const Tree tree;
  Names global;
  for (const Flag& flag : tree.root.flags)
    global.insert(flag.names.begin(), flag.names.end());
  for (const Command* command : flattened(tree.root)) {
    if (command->path.empty()) continue;
    for (const Flag& flag : command->flags)
      for (const std::string& name : flag.names)
        EXPECT_TRUE(!global.contains(name) || flag.names.back() == "--help")
            << command->name() << " " << name;
  }
}

// With one meaning, for the same code adds them.
TEST(Flags, EveryCommandThatRemovesHasTheSame) {
  const Tree tree;
  std::size_t seen = 0;
  for (const Command* command : flattened(tree.root)) {
    if (!Names{"gc", "apply", "rm", "retain", "cache"}.contains(
            command->name()))
      continue;
    ++seen;
    const Names flags = flags_of(*command, tree.root);
    for (const char* flag :
         {"-n", "--dry-run", "--list", "--trash", "--max-delete", "--deadline",
          "--prove", "--metrics", "--record", "--fail-on"})
      EXPECT_TRUE(flags.contains(flag)) << command->name() << " " << flag;
  }
  EXPECT_EQ(seen, 5U);
}

TEST(Flags, EveryHelpNamesTheGlobalOnes) {
  const Tree tree;
  const std::string here = "Global options:";
  for (const Command* command : flattened(tree.root)) {
    if (command->path.empty()) continue;
    const std::string text = between(help(*command), here, "Exit codes:");
    for (const Flag& flag : tree.root.flags) {
      if (flag.names.back() == "--help") continue;
      EXPECT_NE(text.find(flag.names.back()), std::string::npos)
          << command->name() << " " << flag.names.back();
    }
  }
}

TEST(Flags, ManPagesNameThem) {
  if (run_program({"help2man", "--version"}).exit_code != 0)
    GTEST_SKIP() << "no help2man here";
  const Tree tree;
  const fs::path folder = fs::temp_directory_path() / "dregs-man-test";
  const ProgramResult made =
      run_program({std::string(kSourceFolder) + "/scripts/make-man-pages",
                   kDregsProgram, folder.string()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  for (const Command* command : flattened(tree.root)) {
    const std::string page = std::regex_replace(
        text_of_file(folder / (shell_name(*command, "-") + ".1")),
        std::regex("\\\\(fB|fR)?"), "");
    EXPECT_EQ(flags_in_lines(page, "^(-[^ ,]+(, -[^ ,]+)*)"),
              flags_of(*command, tree.root))
        << shell_name(*command, "-");
  }
  fs::remove_all(folder);
}

TEST(Flags, CompletionsNameThem) {
  const Tree tree;
  const std::string bash = bash_completion(tree.root);
  const std::string zsh = zsh_completion(tree.root);
  for (const Command* command : flattened(tree.root)) {
    const Names flags = flags_of(*command, tree.root);
    const std::string in_bash =
        between(bash, "[\"" + shell_name(*command, " ") + "\"]='", "'");
    EXPECT_EQ(found(in_bash, "(--?[a-z][a-z-]*)"), flags);
    const std::string in_zsh =
        between(zsh, "\n_" + shell_name(*command, "_") + "() {", "\n}");
    EXPECT_EQ(found(in_zsh, "\\)(--?[a-z][a-z-]*)[=+]?\\["), flags);
  }
}

TEST(Flags, FishCompletionsNameThem) {
  const Tree tree;
  const std::string fish = fish_completion(tree.root);
  for (const Command* command : flattened(tree.root)) {
    std::string lines;
    std::istringstream all(fish);
    for (std::string line; std::getline(all, line);)
      if (line.find("r '" + command->name() + "'\"") != std::string::npos ||
          line.find("s '" + command->name() + "'\"") != std::string::npos)
        lines += line + "\n";
    Names names;
    for (const std::string& name : found(lines, " -s ([a-z])(?= )"))
      names.insert("-" + name);
    for (const std::string& name : found(lines, " -l ([a-z-]+)(?= )"))
      names.insert("--" + name);
    Names own;
    for (const Flag& flag : command->flags)
      own.insert(flag.names.begin(), flag.names.end());
    EXPECT_EQ(names, own) << lines;
  }
}

TEST(Flags, TheReferenceIsWhatHelpSays) {
  const ProgramResult made =
      run_program({std::string(kSourceFolder) + "/scripts/make-command-docs",
                   kDregsProgram});
  EXPECT_EQ(text_of_file(std::string(kSourceFolder) + "/docs/commands.md"),
            made.out)
      << "stale; run: scripts/make-command-docs build/dev/dregs "
         ">docs/commands.md";
}

// Wherever a page says `dregs COMMAND --flag`, that command takes it.
TEST(Flags, DocsPromiseNoOthers) {
  const Tree tree;
  std::vector<fs::path> pages = {std::string(kSourceFolder) + "/README.md",
                                 std::string(kSourceFolder) + "/CHANGELOG.md"};
  for (const auto& page :
       fs::directory_iterator(std::string(kSourceFolder) + "/docs"))
    if (page.path().extension() == ".md") pages.push_back(page.path());
  std::size_t checked = 0;
  for (const fs::path& page : pages)
    for (const std::string& line :
         found(text_of_file(page), "\\b(dregs [^`|\n]*)")) {
      // `dregs trash empty` rather than `dregs trash`.
      const Command* meant = nullptr;
      for (const Command* command : flattened(tree.root))
        if (!command->path.empty() &&
            line.starts_with(shell_name(*command, " ") + " ") &&
            (meant == nullptr || meant->path.size() < command->path.size()))
          meant = command;
      if (meant == nullptr) continue;
      const Names flags = flags_of(*meant, tree.root);
      for (const std::string& flag : found(line, " (--[a-z][a-z-]*)")) {
        ++checked;
        EXPECT_TRUE(flags.contains(flag)) << page << ": " << line;
      }
    }
  EXPECT_GE(checked, 5U);
}

}  // namespace
}  // namespace dregs
