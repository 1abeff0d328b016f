// Of what a registry served before a run, what it must serve afterwards: the
// first promise, told from answers alone.
#pragma once

#include <set>
#include <string>

#include "tests/ask_registry.h"

namespace dregs {

// What whoever runs dregs wants to be rid of.
struct Wish {
  bool delete_untagged = false;
  // An image whose tag is to go, or "" and "": none.
  std::string repository{};
  std::string tag{};  // empty: the whole repository
};

// `pinned` are the repositories of which, as the run says, nothing goes.
// `revisions` holds what a server that takes no manifest from _layers serves;
// `served` is what must be held against the answers afterwards.
std::set<Question> must_be_served(const Answers& served,
                                  const Answers& revisions, const Wish& wish,
                                  const std::set<std::string>& pinned);

}  // namespace dregs
