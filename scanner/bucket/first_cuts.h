// Where the keys of a large registry are cut before they are listed: by the
// first hex digit of blobs, and by the names of repositories
// (object-storage.md#3.1). The cuts need not be right: any string is one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scanner/inventory/stop_request.h"
#include "scanner/objects/object_store.h"

namespace dregs {

inline constexpr std::size_t kMostCuts = 144;
inline constexpr std::size_t kMostFolderRequests = 48;

// Sorted; at most kMostCuts, for at most kMostFolderRequests requests. `v2` is
// the prefix of docker/registry/v2, with its slash. Throws StorageError.
std::vector<std::string> first_cuts(ObjectStore& store, const std::string& v2,
                                    int connections, const StopRequest& stop);

}  // namespace dregs
