// `--metrics FILE`: a run in Prometheus' text format, for the textfile
// collector of its node exporter.
#pragma once

#include <cstdint>
#include <string>

#include "gc/runs/gc_report.h"

namespace dregs {

// `before`: what the file held, whose time of the last success stays where
// this run was none. `now_ns`: ns since epoch. Pure.
std::string gc_metrics(const GcReport& report, std::int64_t now_ns,
                       const std::string& before);

}  // namespace dregs
