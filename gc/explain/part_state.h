// These functions say whether a part that a manifest names is there, as one
// repository serves it. Each asks the store for no more than a file's size. Any
// thread may call them.
#pragma once

#include <optional>
#include <string>

#include "gc/explain/inspection.h"
#include "scanner/inventory/inventory.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// Both are borrowed.
struct InspectedPlace {
  const StoreReader& store;
  const Repository& repository;
};

// What else than sha256 names a blob does so through an alias link
// (format.md#3.6). Returns none where no link leads on.
std::optional<Digest> resolve(const Repository& repository,
                              const std::string& digest);

InspectedPart look_at_blob(const InspectedPlace& place,
                           const ManifestPart& part);

// A child is reached through revision links; servers of 2.x take layer links as
// well.
InspectedPart look_at_child(const InspectedPlace& place,
                            const ManifestPart& part);

// A subject needs no link.
InspectedPart look_at_subject(const InspectedPlace& place,
                              const ManifestPart& part);

}  // namespace dregs
