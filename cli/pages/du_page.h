// `dregs du --html`: one page that needs no network, with everything in it.
#pragma once

#include <string>

#include "cli/reports/du_report.h"

namespace dregs {

// `made_ns`: when the store was looked at, ns since epoch. Pure.
std::string du_page(const DuReport& report, const OpenedStore& store,
                    std::int64_t made_ns);

}  // namespace dregs
