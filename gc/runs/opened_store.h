// An OpenedStore is the store that a command works on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "scanner/disk/root.h"
#include "scanner/files/descriptor.h"
#include "scanner/store/store_reader.h"

namespace dregs {

struct OpenedStore {
  ResolvedRoot root;
  Descriptor v2;
  std::unique_ptr<StoreReader> reader;
  std::string inside_root;  // "docker/registry/v2/", or "" where root is v2
  bool proxy_cache = false;

  // Returns a path of the layout as output shows it: relative to the root. The
  // argument begins with "../" for what lies beside v2. Where a symbolic link
  // leads to v2, the real path is shown for that.
  std::string shown(const std::string& path) const;
};

// Throws RootError or ConfigError, and std::runtime_error where the folder
// cannot be opened.
OpenedStore open_store(const RootRequest& request);

// Returns the inode of the v2 folder. A saved plan or state belongs to the root
// with that inode: a move or a container does not change it. Throws
// std::runtime_error.
std::uint64_t root_inode(const OpenedStore& store);

}  // namespace dregs
