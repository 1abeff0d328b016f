// An OpenedStore is the store that a command works on.
#pragma once

#include <memory>
#include <string>

#include "gc/storage/storage.h"
#include "scanner/disk/root.h"
#include "scanner/files/descriptor.h"

namespace dregs {

struct OpenedStore {
  ResolvedRoot root;
  Descriptor v2;  // of a store on a disk; invalid of one in a bucket
  std::unique_ptr<Storage> storage;
  std::string inside_root;  // "docker/registry/v2/", or "" where root is v2
  bool proxy_cache = false;
  // The registry fetches from another one by its configuration, or by the
  // environment where no configuration is known. A scheduler-state.json alone
  // is no proof: it stays where a cache became a registry of its own.
  bool names_upstream = false;

  // Returns a path of the layout as output shows it: relative to the root. The
  // argument begins with "../" for what lies beside v2. Where a symbolic link
  // leads to v2, the real path is shown for that.
  std::string shown(const std::string& path) const;

  bool in_bucket() const { return !v2; }
  const StoreReader& reader() const { return storage->reader(); }
};

// Throws RootError or ConfigError, and std::runtime_error where the folder
// cannot be opened.
OpenedStore open_store(const RootRequest& request);

}  // namespace dregs
