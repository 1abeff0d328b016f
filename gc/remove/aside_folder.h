// A folder beside v2, in docker/registry/.dregs, where no server looks, and
// into which files are moved under the path that they had. Nothing is deleted
// and nothing is copied: a file is in its place or here.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "scanner/files/descriptor.h"

namespace dregs {

class LastFolders;

struct MovedFile {
  std::string path;  // where it was, relative to v2
  std::string to;    // where it is, relative to v2; empty where it did not move
  int error = 0;     // errno

  auto operator<=>(const MovedFile&) const = default;
};

// Opens a folder of dregs's own, such as ".dregs/trash", beside v2, and makes
// what is missing of it. Invalid with errno set.
Descriptor make_own_folder(int v2, std::string_view path);

// Whether files can be moved into such a folder: 0, or an errno value. Leaves
// nothing behind but ".dregs", where that was there before. Not in a dry run.
int try_to_move_aside(int v2);

class AsideFolder {
 public:
  // `v2` is borrowed; `folder` is relative to .dregs and made when needed.
  AsideFolder(int v2, const std::string& folder);
  ~AsideFolder();
  AsideFolder(const AsideFolder&) = delete;
  AsideFolder& operator=(const AsideFolder&) = delete;

  // Moves what is `name` in the open folder `from`, and `path` relative to v2.
  // 0 or an errno value: EEXIST where one is here already, EXDEV where this is
  // another filesystem. Any number of threads.
  int take(int from, const std::string& name, const std::string& path);

  // The same for a regular file that lies there, beneath v2, through no
  // symbolic link and on its filesystem.
  MovedFile take(const std::string& path);

  // "../.dregs/FOLDER", relative to v2.
  std::string shown() const;

 private:
  int v2_;
  std::string folder_;  // relative to v2's parent
  std::unique_ptr<LastFolders> folders_;
};

}  // namespace dregs
