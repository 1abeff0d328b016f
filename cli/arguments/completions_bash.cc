#include <fmt/format.h>

#include "cli/arguments/completions.h"

namespace dregs {
namespace {

// Names come from a disk: none is ever evaluated, and those that would need
// quotes are left out.
constexpr const char* kBody = R"sh(
# The words before the cursor, where readline would split names at : and @.
_dregs() {
  local line=${COMP_LINE:0:COMP_POINT} at='dregs' kind='' word flag='' found
  local -a words=() where=() names=()
  COMPREPLY=()
  read -a words -r <<<"$line"
  [[ $line != *[[:space:]] ]] || words+=('')
  local cur=${words[-1]}
  for word in "${words[@]:1:${#words[@]}-2}"; do
    if [[ $flag ]]; then
      [[ $flag != --root && $flag != --config ]] || where+=("$flag" "$word")
      flag=''
    elif [[ $word == --root=* || $word == --config=* ]]; then
      where+=("$word")
    elif [[ $word == -* ]]; then
      [[ ! ${_dregs_values["$at $word"]-} ]] || flag=$word
    elif [[ " ${_dregs_commands["$at"]-} " == *" $word "* ]]; then
      at+=" $word"
    fi
  done
  if [[ $flag ]]; then
    kind=${_dregs_values["$at $flag"]}
  elif [[ $cur == --*=* ]]; then
    kind=${_dregs_values["$at ${cur%%=*}"]-} cur=${cur#*=}
  elif [[ $cur == -* ]]; then
    kind=${_dregs_flags["$at"]// /|}
  elif [[ ${_dregs_commands["$at"]-} ]]; then
    kind=${_dregs_commands["$at"]// /|}
  else
    kind=${_dregs_arguments["$at"]-}
  fi
  case $kind in
    DIR | FILE)
      compopt -o filenames
      if [[ $kind == DIR ]]; then
        mapfile -t names < <(compgen -d -- "$cur")
      else
        mapfile -t names < <(compgen -f -- "$cur")
      fi
      ;;
    REF)
      if [[ $cur == *:* ]]; then
        mapfile -t names < <(dregs ls --names "${where[@]}" -- "${cur%%:*}" 2>/dev/null)
      else
        compopt -o nospace
        mapfile -t names < <(dregs ls --names "${where[@]}" 2>/dev/null)
      fi
      ;;
    *'|'*) IFS='|' read -ra names <<<"$kind" ;;
  esac
  for found in "${names[@]}"; do
    [[ $found == "$cur"* ]] || continue
    [[ $kind != REF || $found != *[!A-Za-z0-9._/:-]* ]] || continue
    COMPREPLY+=("$found")
  done
  # What readline takes for words of their own it will not have repeated.
  local prefix='' break
  for break in : = @; do
    if [[ $COMP_WORDBREAKS == *$break* && $cur == *$break* ]]; then
      word=${cur%"${cur##*"$break"}"}
      ((${#word} <= ${#prefix})) || prefix=$word
    fi
  done
  COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
}

complete -F _dregs dregs
)sh";

std::string full_name(const Command& command) {
  return command.path.empty() ? "dregs" : "dregs " + command.name();
}

void add_word(std::string& words, const std::string& word) {
  words += (words.empty() ? "" : " ") + word;
}

std::string entry(const std::string& key, const std::string& value) {
  return value.empty() ? "" : fmt::format("  [\"{}\"]='{}'\n", key, value);
}

struct Tables {
  std::string flags;
  std::string values;
  std::string commands;
  std::string arguments;
};

// `above`: the flags of the commands around it, which it takes as well.
void fill(const Command& command, std::vector<Flag> above, Tables& tables) {
  above.insert(above.end(), command.flags.begin(), command.flags.end());
  const std::string name = full_name(command);
  std::string flags;
  for (const Flag& flag : above)
    for (const std::string& each : flag.names) {
      if ((" " + flags + " ").find(" " + each + " ") != std::string::npos)
        continue;
      add_word(flags, each);
      tables.values += entry(fmt::format("{} {}", name, each), flag.value);
    }
  tables.flags += entry(name, flags);
  std::string commands;
  for (const Command& each : command.commands)
    add_word(commands, each.path.back());
  tables.commands += entry(name, commands);
  if (!command.positionals.empty())
    tables.arguments += entry(name, command.positionals.front().value);
  for (const Command& each : command.commands) fill(each, above, tables);
}

}  // namespace

std::string bash_completion(const Command& root) {
  Tables tables;
  fill(root, {}, tables);
  return "# bash completion for dregs; made by: dregs completions bash\n"
         "# shellcheck shell=bash\n"
         "\ndeclare -gA _dregs_flags=(\n" +
         tables.flags + ")\ndeclare -gA _dregs_values=(\n" + tables.values +
         ")\ndeclare -gA _dregs_commands=(\n" + tables.commands +
         ")\ndeclare -gA _dregs_arguments=(\n" + tables.arguments + ")\n" +
         kBody;
}

}  // namespace dregs
