// What runs with --trash put aside, and its way back, whatever storage it is
// in. DiskTrash and BucketTrash implement it. Each run has a folder of its own
// in docker/registry/.dregs/trash.
//
// Paths are relative to v2, times are ns since the epoch, and an error is a
// sentence for a person, "" for none. One thread at a time, and not while a
// server runs; list() only looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

struct TrashedRun {
  std::string name;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::int64_t changed_ns = 0;  // when it was put there
  std::string error;            // why not all of it can be seen, or emptied
};

struct LeftInTrash {
  std::string path;
  std::string error;
};

struct Restored {
  std::uint64_t files = 0;
  std::vector<LeftInTrash> left;  // that stay in the trash, and why; sorted
  std::string error;              // why it had to end early
  bool complete() const { return left.empty() && error.empty(); }
};

class TrashCan {
 public:
  virtual ~TrashCan() = default;

  // By name, so the oldest first. Throws std::runtime_error where there is a
  // trash, and nobody may look.
  virtual std::vector<TrashedRun> list() = 0;

  // Puts everything back where it was: blobs first, tags last, each stage on
  // the disk before the next, so that it may end anywhere. Never over something
  // that is there by now: that is left.
  virtual Restored restore(const std::string& run) = 0;

  // Removes what the run put aside for good. Returns why it could not.
  virtual std::string empty(const std::string& run) = 0;
};

// The order in which things go back: what is referred to before what refers.
inline constexpr std::size_t kRestoreStages = 4;
inline std::size_t restore_stage(std::string_view path) {
  if (path.starts_with("blobs/")) return 0;
  if (path.find("/_layers/") != std::string_view::npos) return 1;
  if (path.find("/_manifests/revisions/") != std::string_view::npos) return 2;
  if (path.find("/_manifests/tags/") != std::string_view::npos) return 3;
  return 0;
}

}  // namespace dregs
