#include "gc/remove/own_touches.h"

namespace dregs {
namespace {

// But for the time of the last change of the inode: whoever writes to a file
// renews the time of modification.
bool same_content(const FileStatus& a, const FileStatus& b) {
  return a.inode == b.inode && a.device == b.device && a.size == b.size &&
         a.modified_ns == b.modified_ns;
}

}  // namespace

int OwnTouches::take(int folder, const std::string& name,
                     const FileStatus& seen, const std::function<int()>& take) {
  if (seen.links < 2) return take();
  const std::lock_guard lock(removing_);
  const Descriptor file(
      ::openat(folder, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  const int error = take();
  FileStatus after;
  const File key(seen.device, seen.inode);
  if (error == 0 && file && descriptor_status(file.get(), after) == 0 &&
      same_content(seen, after) && after.links > 0)
    left_[key] = after;
  else
    left_.erase(key);
  return error;
}

bool OwnTouches::left_so(int folder, const char* name) {
  const std::lock_guard lock(removing_);
  FileStatus status;
  if (file_status(folder, name, status) != 0) return false;
  const auto at = left_.find(File(status.device, status.inode));
  return at != left_.end() && same_content(at->second, status) &&
         at->second.changed_ns == status.changed_ns;
}

}  // namespace dregs
