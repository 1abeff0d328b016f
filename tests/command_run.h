// One run of the real dregs over a built store, any command.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/run_program.h"
#include "tests/store_builder.h"

namespace dregs {

// `dregs COMMAND… --root ROOT`.
ProgramResult run_dregs(const StoreBuilder& store,
                        const std::vector<std::string>& command);

struct JsonRun {
  int exit_code = 0;
  nlohmann::json report;  // null where nothing was printed
  std::string err;
};

// The same with --json. Throws std::runtime_error, with what the program said,
// where it prints something else.
JsonRun run_for_json(const StoreBuilder& store,
                     const std::vector<std::string>& command);

}  // namespace dregs
