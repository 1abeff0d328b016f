// The two forms of output of `dregs rm`.
#pragma once

#include <string>

#include "cli/terminal/terminal.h"
#include "gc/runs/opened_store.h"
#include "gc/runs/removal_report.h"

namespace dregs {

std::string to_json(const RemovalReport& report, const OpenedStore& store);

void print_text(const RemovalReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
