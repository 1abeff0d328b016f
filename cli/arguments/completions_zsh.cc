#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/arguments/completions.h"

namespace dregs {
namespace {

constexpr const char* kNames = R"sh(
# Repositories, and after a colon the tags of the one before it, of the root
# that the line names. Names that would need quotes are left out.
_dregs_refs() {
  local -a where names
  local i
  for ((i = 1; i < $#dregs_words; ++i)); do
    case $dregs_words[i] in
      (--root=*|--config=*) where+=(${(Q)dregs_words[i]}) ;;
      (--root|--config) where+=($dregs_words[i] ${(Q)dregs_words[i+1]}) ;;
    esac
  done
  if [[ $PREFIX == *:* ]]; then
    names=(${(f)"$(dregs ls --names $where -- "${PREFIX%%:*}" 2>/dev/null)"})
    compadd -- ${names:#*[^A-Za-z0-9._/:-]*}
  else
    names=(${(f)"$(dregs ls --names $where 2>/dev/null)"})
    compadd -S '' -- ${names:#*[^A-Za-z0-9._/:-]*}
  fi
}
)sh";

// Inside single quotes, where _arguments gives [ ] : a meaning.
std::string quoted(const std::string& text, const std::string& special) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'') {
      safe += "'\\''";
      continue;
    }
    if (special.find(c) != std::string::npos) safe += '\\';
    safe += c;
  }
  return safe;
}

std::string action(const std::string& value) {
  if (value == "DIR") return "_files -/";
  if (value == "FILE") return "_files";
  if (value == "REF") return "_dregs_refs";
  const std::vector<std::string> words = choices(value);
  return words.empty() ? " " : fmt::format("({})", fmt::join(words, " "));
}

std::string label(const std::string& value) {
  return choices(value).empty() ? quoted(value, ":") : "value";
}

void add_flag(const Flag& flag, std::string& text) {
  const std::string names = fmt::format("{}", fmt::join(flag.names, " "));
  for (const std::string& name : flag.names) {
    const bool joins = !flag.value.empty() && name.starts_with("--");
    text += fmt::format("    '({}){}{}[{}]", names, name,
                        joins                ? "="
                        : flag.value.empty() ? ""
                                             : "+",
                        quoted(flag.help, "[]"));
    if (!flag.value.empty())
      text += ":" + label(flag.value) + ":" + action(flag.value);
    text += "' \\\n";
  }
}

std::string function_of(const Command& command) {
  return fmt::format("_dregs{}{}", command.path.empty() ? "" : "_",
                     fmt::join(command.path, "_"));
}

void add_branches(const Command& command, std::string& text) {
  text +=
      "    '(-): :->command' '(-)*:: :->rest' && return\n  case $state in\n"
      "  command)\n    local -a commands=(\n";
  for (const Command& each : command.commands)
    text += fmt::format("      '{}:{}'\n", each.path.back(),
                        quoted(each.help, ":"));
  text +=
      "    )\n    _describe command commands ;;\n  rest)\n"
      "    case $line[1] in\n";
  for (const Command& each : command.commands)
    text += fmt::format("    {}) {} ;;\n", each.path.back(), function_of(each));
  text += "    esac ;;\n  esac\n";
}

void add_function(const Command& command, std::vector<Flag> above,
                  std::string& text) {
  std::erase_if(above,
                [](const Flag& flag) { return flag.names.back() == "--help"; });
  above.insert(above.end(), command.flags.begin(), command.flags.end());
  text += fmt::format("\n{}() {{\n", function_of(command));
  if (command.path.empty()) text += "  local -a dregs_words=($words)\n";
  text += "  local state line\n  _arguments -C -s \\\n";
  for (const Flag& flag : above) add_flag(flag, text);
  if (command.commands.empty()) {
    for (const Positional& each : command.positionals)
      text += fmt::format("    '{}:{}:{}' \\\n", each.many ? "*" : "",
                          label(each.value), action(each.value));
    text += "    && return\n";
  } else {
    add_branches(command, text);
  }
  text += "}\n";
  for (const Command& each : command.commands) add_function(each, above, text);
}

}  // namespace

std::string zsh_completion(const Command& root) {
  std::string text =
      "#compdef dregs\n# zsh completion for dregs; made by: dregs completions "
      "zsh\n";
  text += kNames;
  add_function(root, {}, text);
  // Loaded from a file of $fpath it is a function's body, else it is sourced.
  return text +
         "\nif [[ $funcstack[1] == _dregs ]]; then\n  _dregs \"$@\"\nelse\n"
         "  compdef _dregs dregs\nfi\n";
}

}  // namespace dregs
