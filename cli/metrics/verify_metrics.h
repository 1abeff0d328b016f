// `verify --metrics FILE`: what was read and what is wrong with it, as
// gc_metrics() writes what a collection did.
#pragma once

#include <cstdint>
#include <string>

#include "cli/reports/verify_report.h"
#include "gc/verify/proved.h"

namespace dregs {

// `proved`: what --state keeps after the run; nullptr without it. `now_ns`: ns
// since epoch. `before`: what the file held, whose time of the last success
// stays where this run was none. Pure.
std::string verify_metrics(const VerifyReport& report,
                           const ProvedBlobs* proved, std::int64_t now_ns,
                           const std::string& before);

}  // namespace dregs
