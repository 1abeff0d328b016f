// What `dregs import` wrote or would write, and its two forms of output.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/terminal.h"
#include "gc/decide/refusal.h"
#include "gc/layouts/import.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct ImportReport {
  std::string from;
  bool dry_run = false;
  bool written = false;  // all of it
  ImportPlan plan;
  ImportOutcome outcome;
  std::vector<Refusal> refusals;
  std::vector<Finding> findings;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

// Schema dregs.import/1.
std::string to_json(const ImportReport& report, const OpenedStore& store);

void print_text(const ImportReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
