// list_tree() lists all keys of a registry, by many connections at once
// (object-storage.md#3.1).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "scanner/inventory/stop_request.h"
#include "scanner/objects/object_store.h"

namespace dregs {

// So many requests more than full pages.
inline constexpr std::size_t kMostRanges = 480;

// Called by the connection of that number, one call at a time for each number.
using VisitObjects =
    std::function<void(std::size_t connection, std::span<const StoredObject>)>;

// `v2` is the prefix of docker/registry/v2, with its slash. Each object is
// visited once, in no order. A registry of one
// page is one request; a larger one is cut, and again where a connection has
// nothing to do. There are at most kMostRanges requests more than full pages.
// Ends early where `stop` is requested. Throws StorageError where the storage
// does not answer, and where its pages cannot all be true: keys that are not
// sorted or that come twice, keys of another prefix, a token that comes again.
// Then nothing is known.
void list_tree(ObjectStore& store, const std::string& v2, int connections,
               const StopRequest& stop, const VisitObjects& visit);

// Lists the keys below a prefix by one connection, in their order; of what is
// as small as a tag or an upload. Throws as list_tree() does.
std::vector<StoredObject> list_all(ObjectStore& store,
                                   const std::string& prefix);

}  // namespace dregs
