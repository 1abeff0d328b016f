// FileBeside is a new file under a name of its own, which then takes the place
// of a file that the user named: whoever reads, and whatever happens to the
// power, that has all of the old bytes or all of the new. It is gone where it
// came to nothing. One thread.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "scanner/files/descriptor.h"

namespace dregs {

class FileBeside {
 public:
  explicit FileBeside(const std::filesystem::path& target);
  ~FileBeside();
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  // Owner and mode too, as far as may be.
  void take_owner_of(const struct stat& old);
  void append(std::string_view bytes);
  // An errno, of this or of what was done before; 0 where all went well.
  int take_place();
  int error() const { return error_; }

 private:
  const std::filesystem::path target_;
  const std::string path_;
  const Descriptor file_;
  int error_;  // the first
  bool moved_ = false;
};

// Where a file that the user names is, at the end of symbolic links. Throws
// std::runtime_error for links that cannot be followed.
std::filesystem::path target_of(const std::string& file);

// All of it; 0, or an errno.
int write_all(int fd, std::string_view text);

}  // namespace dregs
