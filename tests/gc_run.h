// One run of the real `dregs gc` over a store, and questions about its report.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/run_program.h"
#include "tests/store_builder.h"

namespace dregs {

struct GcRun {
  int exit_code = 0;
  nlohmann::json report;  // dregs.gc/1
  std::string err;

  // The first finding of this kind; null where there is none.
  nlohmann::json finding(const std::string& kind) const;
  // Paths as the report shows them, relative to the root, of every removal,
  // or of those of one kind.
  std::set<std::string> removed(const std::string& kind = "") const;
  bool pinned(const std::string& repository) const;
  std::string refused() const;  // the reasons, one a line
};

// `dregs gc --json --list --root ROOT` and more arguments. Throws
// std::runtime_error, with what the program said, where it prints no JSON.
// `starter` is a program that starts it, with its own arguments.
GcRun run_gc(const StoreBuilder& store,
             const std::vector<std::string>& arguments = {},
             const std::vector<std::string>& starter = {});

// Relative to the root, as reports name it.
std::string in_root(const std::string& path_in_v2);

}  // namespace dregs
