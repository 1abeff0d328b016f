// Prints the report of a collection, as JSON or as text.
#pragma once

#include <string>

#include "cli/arguments/options.h"
#include "cli/terminal/terminal.h"
#include "gc/runs/gc_report.h"
#include "gc/storage/opened_store.h"

namespace dregs {

// Both name every removal where `list` is true.
std::string to_json(const GcReport& report, const OpenedStore& store,
                    const Survey& survey, const Plan& plan, bool list);

void print_text(const GcReport& report, const OpenedStore& store,
                const Survey& survey, const Plan& plan, bool list,
                const Palette& palette, bool verbose);

// Prints one of the two, as `options` say. Returns the exit code.
ExitCode deliver(const GcReport& report, const OpenedStore& store,
                 const Survey& survey, const Plan& plan, bool list,
                 const GlobalOptions& options);

}  // namespace dregs
