#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/arguments/completions.h"

namespace dregs {
namespace {

constexpr const char* kFunctions = R"sh(
# The commands on the line so far, without flags and their values.
function __dregs_at
    set -l words (commandline -opc)
    set -l at
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word $__dregs_value_flags
            set skip 1
        else if contains -- (string join ' ' -- $at $word) $__dregs_commands
            set -a at $word
        end
    end
    string join ' ' -- $at
end

function __dregs_is
    test (__dregs_at | string collect --allow-empty)x = "$argv[1]"x
end

function __dregs_under
    test -z "$argv[1]"; and return
    string match -q -- "$argv[1] *" (__dregs_at)' '
end

# Repositories, and after a colon the tags of the one before it, of the root
# that the line names.
function __dregs_refs
    set -l words (commandline -opc)
    set -l where
    for i in (seq (count $words))
        switch $words[$i]
            case '--root=*' '--config=*'
                set -a where $words[$i]
            case --root --config
                set -a where $words[$i] $words[(math $i + 1)]
        end
    end
    set -l word (commandline -ct)
    if string match -q '*:*' -- $word
        dregs ls --names $where -- (string split -m 1 : -- $word)[1] 2>/dev/null
    else
        dregs ls --names $where 2>/dev/null
    end
end
)sh";

std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe + "'";
}

// What may follow a flag or stand as an argument.
std::string values(const std::string& value) {
  if (value == "DIR") return " -xa '(__fish_complete_directories)'";
  if (value == "FILE") return " -rF";
  if (value == "REF") return " -xa '(__dregs_refs)'";
  const std::vector<std::string> words = choices(value);
  if (words.empty()) return " -x";
  return fmt::format(" -xa '{}'", fmt::join(words, " "));
}

void add_flags(const Command& command, std::string& text) {
  for (const Flag& flag : command.flags) {
    const bool own = flag.names.back() == "--help";
    text += fmt::format("complete -c dregs -n \"__dregs_{} {}\"",
                        own ? "is" : "under", quoted(command.name()));
    for (const std::string& name : flag.names)
      text +=
          name.size() == 2 ? " -s " + name.substr(1) : " -l " + name.substr(2);
    if (!flag.value.empty()) text += values(flag.value);
    text += " -d " + quoted(flag.help) + "\n";
  }
}

void add_words(const Command& command, std::string& text) {
  const std::string here = fmt::format("complete -c dregs -n \"__dregs_is {}\"",
                                       quoted(command.name()));
  for (const Command& each : command.commands)
    text +=
        here + " -a " + each.path.back() + " -d " + quoted(each.help) + "\n";
  for (const Positional& each : command.positionals)
    text += here + values(each.value) + "\n";
}

}  // namespace

std::string fish_completion(const Command& root) {
  std::string commands;
  std::string value_flags;
  std::string rules;
  for (const Command* command : flattened(root)) {
    if (!command->path.empty()) commands += " " + quoted(command->name());
    for (const Flag& flag : command->flags)
      if (!flag.value.empty())
        value_flags += fmt::format(" {}", fmt::join(flag.names, " "));
    add_words(*command, rules);
    add_flags(*command, rules);
  }
  return "# fish completion for dregs; made by: dregs completions fish\n"
         "\nset -g __dregs_commands" +
         commands + "\nset -g __dregs_value_flags" + value_flags + "\n" +
         kFunctions + "\ncomplete -c dregs -f\n" + rules;
}

}  // namespace dregs
