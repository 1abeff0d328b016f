// What du says that removing a repository frees is what removing it frees.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/command_run.h"
#include "tests/random_store.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

// One repository of each store, since every question is a run.
void check_own(const StoreProgram& program, unsigned choice) {
  StoreBuilder store;
  build(store, program);
  const Json before = run_for_json(store, {"du"}).report;
  const Json& all = before["repositories"];
  RC_PRE(!all.empty());
  const Json& chosen = all[choice % all.size()];
  const std::string name = chosen["name"];
  const std::uint64_t own = chosen["own"];
  const JsonRun removal = run_for_json(store, {"rm", name});
  // Where no server looks, rm removes nothing.
  if (removal.exit_code == 3) return RC_ASSERT(name.starts_with("_hidden/"));
  RC_ASSERT(removal.exit_code == 0 || removal.exit_code == 1);
  RC_ASSERT(removal.report["frees"].get<std::uint64_t>() == own);
  const Json after = run_for_json(store, {"du"}).report;
  RC_ASSERT(after["totals"]["gc_frees"].get<std::uint64_t>() ==
            before["totals"]["gc_frees"].get<std::uint64_t>() + own);
}

RC_GTEST_PROP(Own, OfEveryRepositoryIsWhatRemovingItFrees, ()) {
  check_own(*healthy_stores(), *rc::gen::inRange(0U, 6U));
}

RC_GTEST_PROP(Own, HoldsInDamagedStoresToo, ()) {
  check_own(*damaged_stores(), *rc::gen::inRange(0U, 6U));
}

}  // namespace
}  // namespace dregs
