// set_aside() copies an object of a registry to the quarantine of a run, where
// no server looks (object-storage.md#4.10).
#pragma once

#include <string>

#include "scanner/bucket/bucket_root.h"

namespace dregs {

// Why something was left alone.
inline constexpr auto kChangedMeanwhile = "it changed since dregs looked at it";

// Returns where the copy is, relative to v2. The object stays. Throws
// StorageError where the copy is not there in the end, or would lie over
// something else.
std::string set_aside(const BucketRoot& root, const StoredObject& object,
                      const std::string& run);

// Whether the object is still the one that was listed.
bool is_still(const BucketRoot& root, const StoredObject& listed);

}  // namespace dregs
