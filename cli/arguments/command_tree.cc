#include "cli/arguments/command_tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dregs {
namespace {

Flag flag_of(const CLI::Option& option) {
  Flag flag;
  for (const std::string& name : option.get_snames())
    flag.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    flag.names.push_back("--" + name);
  if (option.get_expected_max() > 0) flag.value = option.get_type_name();
  flag.help = option.get_description();
  return flag;
}

Positional positional_of(const CLI::Option& option) {
  return {option.get_type_name(), option.get_description(),
          option.get_required(), option.get_expected_max() > 1};
}

Command command_of(const CLI::App& app, std::vector<std::string> path) {
  Command command;
  command.path = std::move(path);
  command.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    if (option->get_positional())
      command.positionals.push_back(positional_of(*option));
    else
      command.flags.push_back(flag_of(*option));
  }
  for (const CLI::App* sub : app.get_subcommands({})) {
    if (sub->get_group().empty()) continue;
    std::vector<std::string> below = command.path;
    below.push_back(sub->get_name());
    command.commands.push_back(command_of(*sub, std::move(below)));
  }
  return command;
}

void flatten(const Command& command, std::vector<const Command*>& all) {
  all.push_back(&command);
  for (const Command& each : command.commands) flatten(each, all);
}

}  // namespace

std::string Command::name() const {
  return fmt::format("{}", fmt::join(path, " "));
}

Command command_tree(const CLI::App& app) { return command_of(app, {}); }

std::vector<const Command*> flattened(const Command& root) {
  std::vector<const Command*> all;
  flatten(root, all);
  return all;
}

std::vector<std::string> choices(const std::string& value) {
  return value.find('|') == std::string::npos ? std::vector<std::string>()
                                              : CLI::detail::split(value, '|');
}

}  // namespace dregs
