// read_tag_history() lists the manifests that a tag has named, from its history
// on the disk (`index/*/link`, format.md#P6). `ls --history` shows them and
// `rollback` goes back to one. It only reads. Any thread may call it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/store/store_reader.h"

namespace dregs {

struct TagRevision {
  Digest digest;
  // The mtime of its link, in ns since the epoch. A server rewrites that link
  // on every push of this tag. None where the link is gone.
  std::optional<std::int64_t> pushed_ns;
  bool current = false;  // what the tag names now
  bool linked = false;   // the repository has it as a revision
  bool stored = false;   // its bytes are there, hashed or not

  // Whether a server would serve it by its digest, as far as names tell.
  bool can_be_pulled() const { return linked && stored; }
};

// Returns the newest first; those without a time come last. What the tag names
// now is always in the list, even where the history has no entry for it.
// `repository` and `tag` come from a scan of it.
std::vector<TagRevision> read_tag_history(const StoreReader& store,
                                          const std::string& repository,
                                          const Tag& tag);

}  // namespace dregs
