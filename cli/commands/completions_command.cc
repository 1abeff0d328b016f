// `dregs completions`: looks at nothing but the tree of commands.
#include <fmt/format.h>

#include <memory>

#include "cli/arguments/completions.h"
#include "cli/arguments/options.h"
#include "cli/commands/commands.h"
#include "cli/output/json_document.h"

namespace dregs {

void add_completions_command(CLI::App& app, Invocation& invocation) {
  using Completion = std::string (*)(const Command&);
  static const std::map<std::string, Completion> kShells = {
      {"bash", bash_completion},
      {"fish", fish_completion},
      {"zsh", zsh_completion}};
  const auto shell = std::make_shared<std::string>();
  CLI::App* completions = app.add_subcommand(
      "completions", "Print the completions for a shell, to be sourced there");
  completions->add_option("SHELL", *shell, "The shell")
      ->type_name("bash|zsh|fish")
      ->required()
      ->check(CLI::IsMember(kShells).description(""));
  completions->callback([&app, &invocation, shell] {
    invocation.run = [&app, shell](const GlobalOptions& global) {
      const std::string text = kShells.at(*shell)(command_tree(app));
      fmt::print("{}", global.json ? text_document(text) : text);
      return ExitCode::done;
    };
  });
}

}  // namespace dregs
