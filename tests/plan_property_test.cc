// The engine against the naive reference, over random stores.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "gc/decide/plan.h"
#include "gc/mark/mark.h"
#include "gc/mark/survey.h"
#include "gc/survey/take_survey.h"
#include "tests/random_store.h"
#include "tests/reference_gc.h"
#include "tests/removal_unit.h"

namespace dregs {
namespace {

struct Outcome {
  std::set<std::string> paths;
  std::set<std::string> pinned;
};

// What one has and the other has not.
std::string difference(const std::set<std::string>& one,
                       const std::set<std::string>& other) {
  std::string lines;
  for (const std::string& line : one) {
    if (!other.contains(line)) lines += "\n" + line;
  }
  return lines;
}

Outcome engine(const StoreBuilder& store, bool delete_untagged) {
  const int v2 = open(store.v2().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const StopRequest stop;
  SurveyProgress progress;
  const Survey survey = take_survey(v2, false, stop, progress);
  close(v2);
  const auto& [inventory, graph, diagnosis, surroundings] = survey;
  Policy policy;
  policy.delete_untagged = delete_untagged;
  policy.now_ns = inventory.started_ns;
  const MarkSet marks = mark(inventory, graph, diagnosis.pins, policy);
  Outcome outcome;
  for (const Removal& removal : make_plan(inventory, marks, policy).removals) {
    if (removal.kind == RemovalKind::folder) continue;
    outcome.paths.insert(path_of(removal, inventory));
  }
  for (std::size_t i = 0; i < diagnosis.pins.size(); ++i) {
    if (!diagnosis.pins[i].empty()) {
      outcome.pinned.insert(inventory.repositories[i].name);
    }
  }
  return outcome;
}

Outcome reference(const StoreBuilder& store, bool delete_untagged) {
  const ReferencePlan plan = reference_gc(store.v2(), delete_untagged);
  return {removal_units(plan.paths), plan.pinned};
}

void compare(const StoreProgram& program, bool delete_untagged) {
  StoreBuilder store;
  build(store, program);
  const Outcome ours = engine(store, delete_untagged);
  const Outcome theirs = reference(store, delete_untagged);
  const std::string none;
  // What the engine removes and the reference keeps comes first: it may be
  // somebody's image.
  RC_ASSERT(difference(ours.paths, theirs.paths) == none);
  RC_ASSERT(difference(theirs.paths, ours.paths) == none);
  RC_ASSERT(ours.pinned == theirs.pinned);
}

RC_GTEST_PROP(PlanProperty, HealthyStoresArePlannedAsTheReferencePlansThem,
              ()) {
  const auto program = *healthy_stores();
  compare(program, *rc::gen::arbitrary<bool>());
}

RC_GTEST_PROP(PlanProperty, DamagedStoresArePlannedAsTheReferencePlansThem,
              ()) {
  const auto program = *damaged_stores();
  compare(program, *rc::gen::arbitrary<bool>());
}

}  // namespace
}  // namespace dregs
