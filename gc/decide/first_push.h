// Repositories that have layers and no trace of a manifest: a first push that
// is under way, or one that was cut short (format.md#row-55 and #row-56). Where
// manifests were lost it looks alike, so all of it is kept either way, and only
// a person lets it go. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "gc/mark/mark.h"
#include "gc/mark/survey.h"

namespace dregs {

struct FirstPush {
  std::uint32_t repository = 0;  // position in the inventory
  bool cut_short = false;        // else it may be under way
  std::uint64_t bytes = 0;       // that nothing else needs
};

// By position. Without those where something else is wrong, too; and where
// nothing in them is younger than uploads may be, without those beside which
// too few repositories are sound to believe that only a push was cut short.
std::vector<FirstPush> first_pushes(const Survey& survey, const MarkSet& marks,
                                    const Policy& policy);

}  // namespace dregs
