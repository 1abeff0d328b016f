// Is a file still as the scan saw it? Asked right before it is removed.
//
// The scan keeps no times of links: what is older than its beginning was not
// written since. A file of several names may look younger for our own removal
// of another one. A time that has not come yet tells nothing, but where the
// scan noted it.
#pragma once

#include <cstdint>
#include <string>

#include "gc/decide/plan.h"
#include "gc/remove/own_touches.h"
#include "scanner/files/descriptor.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

// Any number of threads.
class Untouched {
 public:
  // Borrowed; outlives the object.
  explicit Untouched(const Inventory& inventory) : inventory_(inventory) {}

  // `seen` is what was just found of the file.
  bool link(int folder, const std::string& name, const FileStatus& seen);
  bool blob(int folder, const Digest& digest, const FileStatus& seen);
  bool temporary(int folder, const std::string& name, const FileStatus& seen,
                 const Removal& removal);
  // Every file in it. What cannot be looked at is found by whoever removes it.
  bool upload(int parent, const Removal& removal);

  // What removes files tells it so.
  OwnTouches& own() { return own_; }

 private:
  bool tree(int parent, const std::string& name, int depth,
            std::int64_t scanned_ns);
  std::int64_t scanned_ns(const Removal& removal) const;

  const Inventory& inventory_;
  OwnTouches own_;
};

}  // namespace dregs
