// How a run shows how far it is, without a word about terminals: whoever starts
// the run gives it these functions.
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

// Shown as long as it lives; null: nothing is shown.
using ShownLine = std::shared_ptr<void>;

// Empty functions show nothing. What they are given lives as long as the line.
struct ShowProgress {
  std::function<ShownLine(const SurveyProgress&)> survey;
  std::function<ShownLine(const SweepProgress&)> sweep;
  std::function<ShownLine(const RepairProgress&)> repair;
};

}  // namespace dregs
