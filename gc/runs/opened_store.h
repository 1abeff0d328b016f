// The store that a command works on, found and opened.
#pragma once

#include <cstdint>
#include <string>

#include "scanner/disk/root.h"
#include "scanner/files/descriptor.h"

namespace dregs {

struct OpenedStore {
  ResolvedRoot root;
  Descriptor v2;
  std::string inside_root;  // "docker/registry/v2/", or "" where root is v2
  bool proxy_cache = false;

  // Paths of the layout, relative to the root, as output shows them. What
  // stands beside v2 begins with "../"; where a symbolic link leads to v2, its
  // real path is shown.
  std::string shown(const std::string& path) const;
};

// Throws RootError, ConfigError, or std::runtime_error where the folder
// cannot be opened.
OpenedStore open_store(const RootRequest& request);

// The inode of its v2 folder, by which what was saved about it is told from
// what is about another root: moves and containers leave it alone. Throws
// std::runtime_error.
std::uint64_t root_inode(const OpenedStore& store);

}  // namespace dregs
