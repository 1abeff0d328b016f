// probe_registry() asks the registry itself whether it takes pushes, since
// nobody sees from outside who writes to a bucket (object-storage.md#4.1).
#pragma once

#include <optional>
#include <string>

#include "gc/decide/refusal.h"

namespace dregs {

// None: nothing answers at the URL, or the registry refuses every push because
// it is read-only. Else why nothing may be removed. It leaves nothing in the
// registry.
std::optional<Refusal> probe_registry(const std::string& url);

}  // namespace dregs
