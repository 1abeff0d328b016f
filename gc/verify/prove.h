// The receipt of a run that removed something: whether every tag and every
// revision that is left has all that it needs. By what is there, not by its
// bytes, which verify.h reads. Pure and parallel, like mark().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/mark/survey.h"

namespace dregs {

struct Proof {
  std::uint64_t tags = 0;  // looked at, the broken ones too
  std::uint64_t revisions = 0;
  std::vector<std::string> broken_tags;       // REPO:TAG; sorted
  std::vector<std::string> broken_revisions;  // REPO@DIGEST; sorted
};

Proof prove(const Survey& survey);

// What is broken in `after` and was not in `before`; sorted.
std::vector<std::string> newly_broken(const Proof& before, const Proof& after);

// What a run that looked again saw.
struct LookBack {
  Proof proof;
  std::vector<std::string> newly_broken;  // what was not broken before
};

}  // namespace dregs
