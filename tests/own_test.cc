// What du says that removing a repository frees is what removing it frees.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/command_run.h"
#include "tests/gc_run.h"
#include "tests/random_store.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

std::uint64_t freed_by_gc(const StoreBuilder& store) {
  return run_gc(store, {"-n", "--allow-empty"}).report["bytes_freed"];
}

// The same store again, without this repository.
std::uint64_t freed_after_removing(const StoreProgram& program,
                                   const std::string& repository) {
  StoreBuilder store;
  build(store, program);
  const JsonRun run = run_for_json(store, {"rm", repository});
  RC_ASSERT(run.exit_code == 0 || run.exit_code == 1);
  return freed_by_gc(store);
}

// One repository of each store, since every question is a run.
void check_own(const StoreProgram& program, unsigned choice) {
  StoreBuilder store;
  build(store, program);
  const Json report = run_for_json(store, {"du"}).report;
  const Json& all = report["repositories"];
  RC_PRE(!all.empty());
  const Json& chosen = all[choice % all.size()];
  const std::string name = chosen["name"];
  const std::uint64_t own = chosen["own"];
  const JsonRun dry = run_for_json(store, {"rm", "-n", name});
  // Where no server looks, rm removes nothing.
  if (dry.exit_code == 3) return RC_ASSERT(name.starts_with("_hidden/"));
  RC_ASSERT(dry.report["frees"].get<std::uint64_t>() == own);
  RC_ASSERT(freed_after_removing(program, name) == freed_by_gc(store) + own);
}

RC_GTEST_PROP(Own, OfEveryRepositoryIsWhatRemovingItFrees, ()) {
  check_own(*healthy_stores(), *rc::gen::inRange(0U, 6U));
}

RC_GTEST_PROP(Own, HoldsInDamagedStoresToo, ()) {
  check_own(*damaged_stores(), *rc::gen::inRange(0U, 6U));
}

}  // namespace
}  // namespace dregs
