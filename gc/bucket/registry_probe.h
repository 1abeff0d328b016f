// probe_registry() asks the registry itself whether it takes pushes, since
// nobody sees from outside who writes to a bucket (object-storage.md#4.1).
#pragma once

#include <optional>
#include <string>

#include "gc/decide/refusal.h"

namespace dregs {

// Returns none where nobody listens at the URL, or where the registry refuses
// every push because it is read-only. A connection that breaks, a name that is
// unknown and every other answer are reasons to remove nothing. The probe
// leaves nothing in the registry.
std::optional<Refusal> probe_registry(const std::string& url);

}  // namespace dregs
