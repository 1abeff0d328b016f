#include "cli/arguments/help_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/arguments/examples.h"

namespace dregs {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kHelpColumn = 30;

// Lines of at most `width`, broken between words.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : CLI::detail::split(text, ' ')) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
      lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

std::string row(const std::string& left, const std::string& help) {
  std::string text = "  " + left;
  const std::string margin(kHelpColumn, ' ');
  if (text.size() + 2 > kHelpColumn)
    text += "\n" + margin;
  else
    text.resize(kHelpColumn, ' ');
  return fmt::format(
      "{}{}\n", text,
      fmt::join(wrapped(help, kColumns - kHelpColumn), "\n" + margin));
}

std::string left_of(const Flag& flag) {
  const bool is_short = flag.names.front().size() == 2;
  return (is_short ? "" : "    ") +
         fmt::format("{}", fmt::join(flag.names, ", ")) +
         (flag.value.empty() ? "" : " " + flag.value);
}

std::string section(const std::string& title, const std::vector<Flag>& flags) {
  if (flags.empty()) return "";
  std::string text = "\n" + title + ":\n";
  for (const Flag& flag : flags) text += row(left_of(flag), flag.help);
  return text;
}

// Those of a command above, without --help, which each command has.
std::vector<Flag> handed_down(const Command& command) {
  std::vector<Flag> flags = command.flags;
  std::erase_if(flags,
                [](const Flag& flag) { return flag.names.back() == "--help"; });
  return flags;
}

std::string in_usage(const Positional& positional) {
  const std::string word = positional.value + (positional.many ? "..." : "");
  return positional.required ? word : "[" + word + "]";
}

std::string usage(const Command& command) {
  std::string text = "Usage: dregs";
  for (const std::string& word : command.path) text += " " + word;
  text += " [OPTION]...";
  if (!command.commands.empty()) text += " COMMAND";
  for (const Positional& each : command.positionals)
    text += " " + in_usage(each);
  return text + "\n";
}

std::string examples(const Command& command) {
  std::string text = "\nExamples:\n";
  for (const std::string& each : examples_of(command.name()))
    text += "  " + each + "\n";
  return text;
}

std::string paragraph(const std::string& text) {
  return fmt::format("{}\n", fmt::join(wrapped(text, kColumns), "\n"));
}

}  // namespace

std::string help_text(const Command& root, const std::vector<std::string>& path,
                      const std::string& footer) {
  const Command* command = &root;
  std::string above;  // their flags count here as well
  for (const std::string& word : path) {
    above.insert(0,
                 section(command == &root ? "Global options" : "More options",
                         handed_down(*command)));
    command = &*std::find_if(
        command->commands.begin(), command->commands.end(),
        [&](const Command& each) { return each.path.back() == word; });
  }
  std::string text = usage(*command) + paragraph(command->help + ".");
  if (!command->positionals.empty()) text += "\nArguments:\n";
  for (const Positional& each : command->positionals)
    text += row(each.value, each.help);
  text += section("Options", command->flags) + above;
  if (!command->commands.empty()) text += "\nCommands:\n";
  for (const Command& each : command->commands)
    text += row(each.path.back(), each.help);
  return text + "\n" + footer + examples(*command);
}

}  // namespace dregs
