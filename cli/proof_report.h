// What a run that looked back says about it: words for a person, and JSON.
#pragma once

#include <optional>

#include "cli/json_document.h"
#include "gc/prove.h"

namespace dregs {

struct LookBack {
  Proof proof;
  std::vector<std::string> newly_broken;  // what was not broken before
};

Json to_json(const std::optional<LookBack>& look_back);

void print_text(const LookBack& look_back);

}  // namespace dregs
