#include "gc/saved/user_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "gc/saved/file_beside.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/path_below.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code failed;
  const fs::path at = fs::weakly_canonical(fs::absolute(file), failed);
  const fs::path inside = fs::weakly_canonical(folder, failed);
  return is_at_or_below(at.string(), inside.string());
}

[[noreturn]] void fail(const char* verb, const std::string& file, int error) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}", verb, escaped(file),
                                       std::strerror(error)));
}

// What cannot be replaced: a pipe, a device, a file that is a mount point.
int write_in_place(std::string_view text, const fs::path& target) {
  const Descriptor out(
      ::open(target.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC));
  return out ? write_all(out.get(), text) : errno;
}

// The folder takes no other file, or the file is a mount point.
bool has_no_place_beside(int error) {
  return error == EACCES || error == EPERM || error == EROFS || error == EBUSY;
}

}  // namespace

std::string read_file(const std::string& file) {
  try {
    std::ifstream stream;
    stream.exceptions(std::ios::failbit | std::ios::badbit);
    stream.open(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  } catch (const std::ios::failure&) {
    fail("read", file, errno);
  }
}

void replace_file(const std::string& text, const std::string& file,
                  const ResolvedRoot& root) {
  const fs::path target = target_of(file);
  const std::vector<std::string> own = root.directories();
  if (std::any_of(own.begin(), own.end(), [&](const std::string& directory) {
        return lies_in(target, directory);
      }))
    throw std::runtime_error(escaped(file) +
                             " lies in the registry's own folder, where dregs "
                             "leaves nothing; write it elsewhere");
  replace_file(text, file);
}

void replace_file(const std::string& text, const std::string& file) {
  const fs::path target = target_of(file);
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  int error = 0;
  if (exists && !S_ISREG(old.st_mode)) {
    error = write_in_place(text, target);
  } else {
    FileBeside beside(target);
    if (exists) beside.take_owner_of(old);
    beside.append(text);
    error = beside.take_place();
    if (exists && has_no_place_beside(error))
      error = write_in_place(text, target);
  }
  if (error != 0) fail("write", file, error);
}

}  // namespace dregs
