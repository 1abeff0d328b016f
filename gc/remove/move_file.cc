#include "gc/remove/move_file.h"

#include <linux/fs.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "scanner/files/descriptor.h"

namespace dregs {
namespace {

constexpr auto kTrial = "trial";
constexpr auto kMovedTrial = "trial.moved";

int unlink_name(int folder, const std::string& name) {
  return ::unlinkat(folder, name.c_str(), 0) == 0 ? 0 : errno;
}

bool is_one_file(int from, const std::string& name, int to,
                 const std::string& new_name) {
  FileStatus old;
  FileStatus moved;
  return file_status(from, name.c_str(), old) == 0 &&
         file_status(to, new_name.c_str(), moved) == 0 && old.regular() &&
         old.inode == moved.inode && old.device == moved.device;
}

int move_by_names(int from, const std::string& name, int to,
                  const std::string& new_name) {
  if (::linkat(from, name.c_str(), to, new_name.c_str(), 0) != 0) {
    if (errno != EEXIST) return errno;
    if (!is_one_file(from, name, to, new_name)) return EEXIST;
  }
  const int error = unlink_name(from, name);
  if (error != 0 && error != ENOENT)
    static_cast<void>(unlink_name(to, new_name));
  return error;
}

}  // namespace

int move_file(int from, const std::string& name, int to,
              const std::string& new_name) {
  if (::renameat2(from, name.c_str(), to, new_name.c_str(), RENAME_NOREPLACE) ==
      0)
    return 0;
  // What an interrupted move by names left has both names.
  if (errno == EEXIST && is_one_file(from, name, to, new_name))
    return unlink_name(from, name);
  if (errno != EINVAL && errno != ENOSYS) return errno;
  return move_by_names(from, name, to, new_name);
}

int try_to_move_in(int folder) {
  for (const char* left : {kTrial, kMovedTrial})
    static_cast<void>(unlink_name(folder, left));
  const Descriptor file(
      ::openat(folder, kTrial,
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return errno;
  const int error = move_file(folder, kTrial, folder, kMovedTrial);
  for (const char* left : {kTrial, kMovedTrial})
    static_cast<void>(unlink_name(folder, left));
  // Whatever the filesystem calls it, it can do neither.
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS ? EINVAL
                                                                  : error;
}

}  // namespace dregs
