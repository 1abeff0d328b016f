#include "tests/command_run.h"

#include <stdexcept>

#include "tests/paths.h"

namespace dregs {

ProgramResult run_dregs(const StoreBuilder& store,
                        const std::vector<std::string>& command) {
  std::vector<std::string> argv = {kDregsProgram};
  argv.insert(argv.end(), command.begin(), command.end());
  argv.insert(argv.end(), {"--root", store.root().string()});
  return run_program(argv);
}

JsonRun run_for_json(const StoreBuilder& store,
                     const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words.emplace_back("--json");
  const ProgramResult result = run_dregs(store, words);
  JsonRun run;
  run.exit_code = result.exit_code;
  run.err = result.err;
  if (result.out.empty()) return run;
  run.report = nlohmann::json::parse(result.out, nullptr, false);
  if (run.report.is_discarded())
    throw std::runtime_error("no JSON; stdout: " + result.out +
                             "; stderr: " + result.err);
  return run;
}

}  // namespace dregs
