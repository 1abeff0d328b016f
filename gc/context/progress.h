// A run shows its progress through these functions. The caller provides them,
// so that a run knows nothing about terminals.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "gc/remove/sweep.h"
#include "gc/survey/take_survey.h"

namespace dregs {

struct RepairProgress {
  std::size_t files = 0;                // to repair
  std::atomic<std::uint64_t> bytes{0};  // read so far
};

// The line is shown as long as this object lives. A null pointer shows nothing.
using ShownLine = std::shared_ptr<void>;

// An empty function shows nothing. The argument of each function lives longer
// than the line.
struct ShowProgress {
  std::function<ShownLine(const SurveyProgress&)> survey;
  std::function<ShownLine(const SweepProgress&)> sweep;
  std::function<ShownLine(const RepairProgress&)> repair;
};

}  // namespace dregs
