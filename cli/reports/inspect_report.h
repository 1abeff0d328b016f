// The two forms of output of `dregs inspect`.
#pragma once

#include <string>

#include "cli/terminal/terminal.h"
#include "gc/explain/inspection.h"
#include "gc/storage/opened_store.h"

namespace dregs {

// Schema dregs.inspect/1. `tag` is empty where the manifest was named.
std::string to_json(const Inspection& inspection, const std::string& tag,
                    const OpenedStore& store, ExitCode exit_code,
                    double seconds);

void print_text(const Inspection& inspection, const std::string& tag,
                const OpenedStore& store, const Palette& palette, bool verbose);

}  // namespace dregs
