// What `dregs diff` found, and its two forms of output.
#pragma once

#include <string>

#include "cli/exchange/compared_side.h"
#include "cli/terminal/terminal.h"
#include "gc/compare/differences.h"
#include "gc/context/exit_code.h"

namespace dregs {

struct DiffReport {
  ComparedSide a;
  ComparedSide b;
  Differences differences;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

// Schema dregs.diff/1.
std::string to_json(const DiffReport& report);

void print_text(const DiffReport& report, const Palette& palette, bool verbose);

}  // namespace dregs
