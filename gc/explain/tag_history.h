// The manifests that a tag has named, by its history on the disk
// (`index/*/link`, format.md#P6): what `ls --history` shows and `rollback` goes
// back to. Reads only; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace dregs {

struct TagRevision {
  Digest digest;
  // mtime of its link, which a server rewrites on every push by this tag; ns
  // since epoch. None where the link is gone.
  std::optional<std::int64_t> pushed_ns;
  bool current = false;  // what the tag names now
  bool linked = false;   // the repository has it as a revision
  bool stored = false;   // its bytes are there, hashed or not

  // Whether a server would serve it by its digest, as far as names tell.
  bool can_be_pulled() const { return linked && stored; }
};

// The newest first; then those without a time. `v2` is borrowed, and both
// others are of one scan of it. What the tag names now is one of them, also
// where its history has lost it.
std::vector<TagRevision> read_tag_history(int v2, const std::string& repository,
                                          const Tag& tag);

}  // namespace dregs
