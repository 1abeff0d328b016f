// BucketStamps tells whether anything in a bucket changed between two listings
// (object-storage.md#3.6): a number for each repository, and one for all blobs,
// of every key, size, ETag and time. Values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scanner/keys/key_place.h"
#include "scanner/objects/object_store.h"

namespace dregs {

// Of one object. Those of many are added up: their order does not matter.
std::uint64_t stamp_of(const StoredObject& object);

struct BucketStamps {
  std::map<std::string, std::uint64_t> repositories;  // by name
  std::uint64_t blobs = 0;
  std::uint64_t others = 0;  // keys that belong to neither

  bool operator==(const BucketStamps&) const = default;
  void add(const KeyPlace& place, const StoredObject& object);
  void merge(const BucketStamps& more);
};

// The names of the repositories that one has and the other has not, or has with
// another number; sorted.
std::vector<std::string> changed_repositories(const BucketStamps& before,
                                              const BucketStamps& after);

}  // namespace dregs
