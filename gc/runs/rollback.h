// Making a tag mean a manifest that it had before (promises.md#may-touch,
// `rollback`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/explain/inspection.h"

namespace dregs {

struct Rollback {
  std::string repository;
  std::string tag;
  std::optional<Digest> from;  // what the tag names now; none where nothing
  Digest to;
};

// What keeps a manifest from being served whole, one line each: its own bytes,
// its revision link, every part of it and of its children. Pure.
std::vector<std::string> what_is_not_whole(const Repository& repository,
                                           const Inspection& inspection);

// Why it came to nothing; an errno value, and where.
struct RollbackError {
  int error = 0;
  std::string path;  // relative to v2
};

// In a server's order: the entries of the history first, that of the old
// manifest where it is missing, then the tag's link. Wherever it is cut short
// the tag names the old manifest or the new one. The files' times become now.
// ESTALE where the tag no longer names `from`. `v2` is borrowed. Not while a
// server runs.
RollbackError carry_out(const Rollback& rollback, int v2);

}  // namespace dregs
