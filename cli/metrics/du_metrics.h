// `du --metrics FILE`: how large the store and its largest repositories are, as
// gc_metrics() writes what a collection did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/reports/du_report.h"

namespace dregs {

// So many repositories where --top says nothing: each is three series.
inline constexpr std::size_t kRepositoriesInMetrics = 50;

// The `top` largest by their total, whatever the order of the report is.
// `now_ns`: ns since epoch. Pure.
std::string du_metrics(const DuReport& report, std::size_t top,
                       std::int64_t now_ns);

}  // namespace dregs
