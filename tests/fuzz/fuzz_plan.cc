// Whatever a saved plan's bytes, or what stands under a checksum that is
// right: a plan in order, or one line that says why not.
#include <algorithm>

#include "gc/saved/saved_plan.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"

namespace dregs {
namespace {

void parse(const std::string& text) {
  try {
    const SavedPlan plan = parse_saved_plan(text, "fuzz");
    require(std::is_sorted(plan.removals.begin(), plan.removals.end()),
            "removals are in order");
    require(
        plan.policy.min_age_ns >= 0 && plan.policy.uploads_older_than_ns >= 0,
        "no age is negative");
  } catch (const std::runtime_error& error) {
    const std::string_view message = error.what();
    require(!message.empty(), "an error says why");
    require(message.find('\n') == std::string_view::npos, "in one line");
  }
}

}  // namespace

void fuzz_plan(std::string_view bytes) {
  const std::string text(bytes);
  parse(text);
  parse(sealed(text));
}

}  // namespace dregs

#ifndef DREGS_REPLAY
void fuzz_one(std::string_view bytes);
void fuzz_one(std::string_view bytes) { dregs::fuzz_plan(bytes); }
#endif
