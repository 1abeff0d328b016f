// One kind of damage, chosen by a number, to a manifest or its repository.
#pragma once

#include <string>

#include "tests/store_builder.h"

namespace dregs {

// Does nothing where an earlier damage left nothing to damage.
void damage(StoreBuilder& store, const std::string& repository,
            const Digest& manifest, unsigned how);

}  // namespace dregs
