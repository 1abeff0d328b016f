// What a bucket keeps of a key. Both functions throw StorageError.
#pragma once

#include <string>
#include <vector>

#include "scanner/objects/object_store.h"

namespace dregs {

// A server that does not know the question keeps no versions.
Versioning versioning_of(ObjectStore& store);

// All versions of just that key and its delete markers, the newest first.
std::vector<ObjectVersion> versions_of(ObjectStore& store,
                                       const std::string& key);

}  // namespace dregs
