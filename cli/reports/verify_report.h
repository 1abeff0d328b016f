// What `dregs verify` says, in its two forms.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/terminal.h"
#include "gc/decide/refusal.h"
#include "gc/heal/healer.h"
#include "gc/storage/opened_store.h"
#include "gc/verify/verify.h"

namespace dregs {

struct VerifyReport {
  Verified verified;
  Shard shard;
  bool repair = false;  // --repair-from or --repair-links
  std::vector<Repaired> repaired;
  bool quarantine = false;         // --quarantine
  std::vector<Quarantined> moved;  // or that could not be
  std::string not_saved;  // why the state that was asked for is not there
  std::vector<Refusal> refusals;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
  double reading_seconds = 0;
};

std::string to_json(const VerifyReport& report, const OpenedStore& store);

void print_text(const VerifyReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

// "1.2 GiB of 5.6 GiB (21 %), 466.0 MiB/s, 10 s left".
std::string describe(const HashProgress& progress, double seconds);

}  // namespace dregs
