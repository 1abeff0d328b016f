// What a run that looked back says about it: words for a person, and JSON.
#pragma once

#include <optional>

#include "cli/output/json_document.h"
#include "gc/verify/prove.h"

namespace dregs {

Json to_json(const std::optional<LookBack>& look_back);

void print_text(const LookBack& look_back);

}  // namespace dregs
