// One trial of the first promise: a random damaged store, a real registry asked
// for everything, a run of dregs, another after it, the same questions again.
#pragma once

#include <rapidcheck.h>

#include <optional>
#include <string>

#include "tests/random_store.h"
#include "tests/tree_damage.h"

namespace dregs {

struct ServedTrial {
  StoreProgram program;
  TreeDamages damages;
  unsigned command = 0;
  unsigned flags = 0;
};

rc::Gen<ServedTrial> served_trials();

struct TrialProblem {
  std::string kind;   // one word, for what shrinks: it must stay the same
  std::string story;  // the store, the damages, the commands, what is wrong
};

// What one trial counts, for whoever doubts that a fuzz that finds nothing
// does anything.
struct TrialCount {
  std::size_t asked = 0;
  std::size_t served = 0;
  std::size_t promised = 0;
  std::size_t removed = 0;
  int exit_code = 0;
};

// Nothing where all is as promised. `look`: a shell command to be run in the
// store's root before dregs is. Needs docker-registry.
std::optional<TrialProblem> try_store(const ServedTrial& trial,
                                      TrialCount& count,
                                      const std::string& look = "");

}  // namespace dregs
