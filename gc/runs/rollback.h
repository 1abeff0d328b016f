// A Rollback makes a tag name a manifest that it named before
// (promises.md#may-touch).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/explain/inspection.h"
#include "gc/heal/link_writer.h"

namespace dregs {

struct Rollback {
  std::string repository;
  std::string tag;
  std::optional<Digest> from;  // what the tag names now; none where nothing
  Digest to;
};

// Returns one line for each reason why a server could not serve the whole
// image. It looks at the manifest, at its revision link, at its parts, and at
// the parts of its children. Pure.
std::vector<std::string> what_is_not_whole(const Repository& repository,
                                           const Inspection& inspection);

struct RollbackOutcome {
  LinkOutcome outcome;
  std::string path;  // of the link that was not written, relative to v2
};

// Writes the links in the order of a server: first the entries of the history,
// then the link of the tag. An entry for the old manifest is written where it
// is missing. A run that is cut short leaves a tag that names the old manifest
// or the new one. The times of the links become the present. `changed` where
// the tag no longer names `from`. No server may run meanwhile.
RollbackOutcome carry_out(const Rollback& rollback, LinkWriter& links);

}  // namespace dregs
