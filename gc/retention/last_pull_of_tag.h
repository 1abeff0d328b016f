// When a tag's image was pulled last (retention-rules.md#5). Pure.
#pragma once

#include <cstddef>

#include "gc/retention/decide.h"

namespace dregs {

// A pull by digest counts for every tag that leads to that digest. None where
// no pull is known. Both numbers are positions in the inventory.
KnownTime last_pull(const RetentionInput& input, std::size_t repository,
                    std::size_t tag);

}  // namespace dregs
