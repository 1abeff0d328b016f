// What takes the space of a store, measured for DuReport. Pure: each function
// fills its part of the report from a survey.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/reports/du_report.h"
#include "gc/names/selection.h"
#include "gc/survey/take_survey.h"

namespace dregs {

enum class DuOrder { total, own, name };

// All blobs, those that live, and what collections would free.
void measure_store(const Survey& survey, const Policy& policy,
                   DuReport& report);

// `chosen` are positions of repositories. The largest come first; names decide
// where sizes do not.
void measure_repositories(const Survey& survey, const Policy& policy,
                          const std::vector<std::uint32_t>& chosen,
                          DuOrder order, DuReport& report);
void measure_tags(const Survey& survey, const Policy& policy,
                  const std::vector<Selected>& selected, DuOrder order,
                  DuReport& report);
// What removing all of `chosen` at once would free.
void measure_together(const Survey& survey, const Policy& policy,
                      const std::vector<std::uint32_t>& chosen,
                      DuReport& report);

// Leaves the first `top` of each list.
void cut(DuReport& report, std::size_t top);

}  // namespace dregs
