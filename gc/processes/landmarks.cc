#include "gc/processes/landmarks.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <cerrno>

namespace dregs {
namespace {

constexpr std::array<const char*, 5> kBelowRoot = {
    "", "/docker/registry/v2", "/docker/registry/v2/blobs",
    "/docker/registry/v2/blobs/sha256", "/docker/registry/v2/repositories"};

bool is_gone(int error) {
  return error == ENOENT || error == ENOTDIR || error == ESRCH;
}

std::optional<struct stat> look_at(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

bool is_on_overlay(const std::string& path) {
  struct statfs system {};
  return statfs(path.c_str(), &system) == 0 &&
         system.f_type == OVERLAYFS_SUPER_MAGIC;
}

}  // namespace

Landmarks::Landmarks(const ResolvedRoot& root)
    : ours_{look_at(root.rootdirectory), look_at(root.directory),
            look_at(root.directory + "/blobs"),
            look_at(root.directory + "/blobs/sha256"),
            look_at(root.directory + "/repositories")} {}

Match Landmarks::compare(const ProcessView& process,
                         const std::string& root) const {
  Match result = Match::no;
  for (std::size_t which = 0; which < kCount; ++which) {
    const ProcPath path = process.open_path(root + kBelowRoot[which]);
    if (is_gone(path.error)) continue;
    const Match match =
        path.error == 0 ? compare_one(which, path.path) : Match::unknown;
    if (match == Match::yes) return match;
    if (match == Match::unknown) result = match;
  }
  return result;
}

Match Landmarks::compare_one(std::size_t which, const std::string& path) const {
  if (!ours_[which]) return Match::no;
  struct stat theirs {};
  if (stat(path.c_str(), &theirs) != 0)
    return is_gone(errno) ? Match::no : Match::unknown;
  if (theirs.st_ino != ours_[which]->st_ino) return Match::no;
  if (theirs.st_dev == ours_[which]->st_dev) return Match::yes;
  // An overlay shows the inodes of what lies below it under its own device.
  return is_on_overlay(path) ? Match::unknown : Match::no;
}

}  // namespace dregs
