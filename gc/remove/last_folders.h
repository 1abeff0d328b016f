// The folder that each thread opened last: what is moved or removed one after
// the other often lies in the same one.
#pragma once

#include <tbb/enumerable_thread_specific.h>

#include <string>
#include <string_view>

#include "scanner/files/descriptor.h"

namespace dregs {

class LastFolders {
 public:
  // Descriptor open(const std::string& path) is asked where it is another
  // folder, or could not be opened. -1 with errno set where it cannot be now.
  template <class Open>
  int at(std::string_view path, const Open& open) {
    Slot& slot = slots_.local();
    if (slot.folder && slot.path == path) return slot.folder.get();
    slot.path = path;
    slot.folder = open(slot.path);
    return slot.folder.get();
  }

 private:
  struct Slot {
    std::string path;
    Descriptor folder;
  };
  tbb::enumerable_thread_specific<Slot> slots_;
};

}  // namespace dregs
