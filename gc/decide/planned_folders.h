// plan_folders() says which folders are empty, or are once the rest of the plan
// is carried out. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "gc/decide/plan_scope.h"

namespace dregs {

// How many blobs go, by the first byte of the digest: the folder
// blobs/sha256/XX that they lie in.
using GoneByPrefix = std::array<std::uint32_t, 256>;

void plan_folders(const PlanScope& scope, GoneByPrefix gone,
                  const TakeRemoval& take);

}  // namespace dregs
