// `--metrics FILE`: a run in Prometheus' text format, for the textfile
// collector of its node exporter.
#pragma once

#include <cstdint>
#include <string>

#include "gc/runs/gc_report.h"
#include "gc/storage/opened_store.h"

namespace dregs {

// `before`: what the file held, whose time of the last success stays where
// this run was none. `now_ns`: ns since epoch. Pure.
std::string gc_metrics(const GcReport& report, std::int64_t now_ns,
                       const std::string& before);

// Writes them where `file` is not empty.
void save_metrics(const OpenedStore& store, const std::string& file,
                  std::int64_t now_ns, GcReport& report);

}  // namespace dregs
