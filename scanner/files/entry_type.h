// The type of a folder's entry, asked of the file where the listing does not
// tell. Thread-safe; nothing throws.
#pragma once

#include "scanner/files/descriptor.h"
#include "scanner/files/listing.h"

namespace dregs {

enum class EntryType { folder, file, symbolic_link, other };

inline EntryType entry_type(int at, const FolderEntry& entry) {
  FileStatus status;
  switch (entry.type) {
    case DT_DIR:
      return EntryType::folder;
    case DT_REG:
      return EntryType::file;
    case DT_LNK:
      return EntryType::symbolic_link;
    case DT_UNKNOWN:
      // Every doubt keeps: whoever opens it will meet the error, and report it.
      if (file_status(at, entry.c_str(), status) != 0) return EntryType::folder;
      if (status.folder()) return EntryType::folder;
      if (status.regular()) return EntryType::file;
      return status.symbolic_link() ? EntryType::symbolic_link
                                    : EntryType::other;
    default:
      return EntryType::other;
  }
}

}  // namespace dregs
