// Prints the report of `dregs rm`, as JSON or as text.
#pragma once

#include <string>

#include "cli/output/json_document.h"
#include "cli/terminal/terminal.h"
#include "gc/runs/removal_report.h"
#include "gc/storage/opened_store.h"

namespace dregs {

std::string to_json(const RemovalReport& report, const OpenedStore& store);

// Adds the members with which the documents of `rm` and `retain` both end.
std::string finish_json(Json document, const RemovalReport& report,
                        const OpenedStore& store);

// The last sentences of a run that did not come to its end.
std::string stopped_part_way(const RemovalReport& report);

void print_text(const RemovalReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
