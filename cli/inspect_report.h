// The two forms of output of `dregs inspect`.
#pragma once

#include <string>

#include "cli/opened_store.h"
#include "cli/terminal.h"
#include "gc/inspection.h"

namespace dregs {

// Schema dregs.inspect/1. `tag` is empty where the manifest was named.
std::string to_json(const Inspection& inspection, const std::string& tag,
                    const OpenedStore& store, ExitCode exit_code,
                    double seconds);

void print_text(const Inspection& inspection, const std::string& tag,
                const OpenedStore& store, const Palette& palette, bool verbose);

}  // namespace dregs
