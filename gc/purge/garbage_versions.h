// GarbageVersions judges which versions of a bucket's keys are garbage: of what
// this run removes, and of what earlier removals hid (object-storage.md#4.4).
// What is served is none; what could be needed, should somebody take it back,
// is none. Pure; any thread.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/mark/survey.h"
#include "gc/purge/purged.h"
#include "scanner/objects/object_store.h"

namespace dregs {

// Path relative to v2, and id.
using VersionNames = std::set<std::pair<std::string, std::string>>;

struct GarbageOfKey {
  std::vector<ObjectVersion> versions;
  std::vector<ObjectName> markers;  // that hide them: the last to go
};

class GarbageVersions {
 public:
  // The survey is borrowed. `trashed` is what a run with --trash may restore.
  GarbageVersions(const Survey& survey, const Plan& plan,
                  const PurgeScope& scope, VersionNames trashed);

  // `versions` are all versions of the key at that path, the newest first. Of a
  // key nothing goes, or all.
  GarbageOfKey of(const std::string& path,
                  std::span<const ObjectVersion> versions) const;

 private:
  bool is_removed(std::string_view path) const;
  bool was_hidden_for_good(std::string_view path,
                           std::span<const ObjectVersion> versions) const;

  const Survey& survey_;
  PurgeScope scope_;
  VersionNames trashed_;
  std::vector<Digest> removed_blobs_;                 // sorted
  std::set<std::string, std::less<>> removed_paths_;  // of links and uploads
  bool all_needs_known_ = false;
};

}  // namespace dregs
