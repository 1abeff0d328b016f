// A collection's report on its way out: JSON, or text for a person.
#pragma once

#include <string>

#include "cli/arguments/options.h"
#include "cli/terminal/terminal.h"
#include "gc/runs/gc_report.h"
#include "gc/runs/opened_store.h"

namespace dregs {

// Both name every removal where they shall `list` them.
std::string to_json(const GcReport& report, const OpenedStore& store,
                    const Survey& survey, const Plan& plan, bool list);

void print_text(const GcReport& report, const OpenedStore& store,
                const Survey& survey, const Plan& plan, bool list,
                const Palette& palette, bool verbose);

// One of the two, as `options` say; returns what to exit with.
ExitCode deliver(const GcReport& report, const OpenedStore& store,
                 const Survey& survey, const Plan& plan, bool list,
                 const GlobalOptions& options);

}  // namespace dregs
