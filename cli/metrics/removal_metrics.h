// `--metrics FILE` of `rm`, `retain` and `cache`, as gc_metrics() writes that
// of `gc`.
#pragma once

#include <cstdint>
#include <string>

#include "gc/runs/removal_report.h"
#include "gc/storage/opened_store.h"

namespace dregs {

// `command`: "rm", "retain" or "cache", with which the names begin. `now_ns`:
// ns since epoch. `before`: what the file held. Pure.
std::string removal_metrics(const RemovalReport& report,
                            const std::string& command, std::int64_t now_ns,
                            const std::string& before);

// Writes them, as of now, where `file` is not empty.
void save_metrics(const OpenedStore& store, const std::string& file,
                  const std::string& command, RemovalReport& report);

}  // namespace dregs
