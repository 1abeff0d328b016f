// What became of a saved plan, for the reports of those that apply it.
#pragma once

#include <optional>

#include "cli/output/json_document.h"
#include "gc/saved/plan_comparison.h"

namespace dregs {

// null where there was none. `list`: with each difference.
Json to_json(const std::optional<AppliedPlan>& applied, bool list);

// "The plan of …: 3 removals, of which 2 agreed with `what`."
void print_applied(const AppliedPlan& applied, std::string_view what);

void print_differences(const AppliedPlan& applied);

}  // namespace dregs
