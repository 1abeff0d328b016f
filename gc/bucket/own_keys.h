// The keys of dregs's own objects in a bucket. They lie beside v2, where no
// registry and no scan looks.
#pragma once

#include <string>
#include <string_view>

#include "scanner/bucket/bucket_root.h"
#include "scanner/formats/layout.h"

namespace dregs {

inline std::string own_prefix(const BucketRoot& root) {
  return root.rootdirectory + std::string(layout::parent(layout::kInsideRoot)) +
         "/.dregs/";
}

inline std::string trash_prefix(const BucketRoot& root) {
  return own_prefix(root) + "trash/";
}

inline std::string quarantine_prefix(const BucketRoot& root) {
  return own_prefix(root) + "quarantine/";
}

// The path below v2 of a key of the registry.
inline std::string path_of_key(const BucketRoot& root, std::string_view key) {
  return std::string(key.substr(root.v2.size()));
}

}  // namespace dregs
