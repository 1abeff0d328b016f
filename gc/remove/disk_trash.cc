#include "gc/remove/disk_trash.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "gc/remove/make_parent.h"
#include "gc/remove/move_file.h"
#include "gc/remove/remover.h"
#include "scanner/files/entry_type.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

std::string in_words(int error) {
  return error == 0 ? std::string() : std::strerror(error);
}

Descriptor open_aside(int v2, const std::string& folder) {
  const Descriptor above = open_own_folder(v2, "..");
  const Descriptor own =
      above ? open_own_folder(above.get(), ".dregs") : Descriptor();
  return own ? open_own_folder(own.get(), folder) : Descriptor();
}

Descriptor open_trash(int v2) { return open_aside(v2, "trash"); }

// Calls see(path, status) for every file below, no symbolic link followed.
// 0 or an errno value.
template <class See>
int walk(int folder, const std::string& path, int depth, const See& see) {
  if (depth == 0) return ELOOP;
  int failed = 0;
  const int error = for_each_entry(folder, [&](FolderEntry entry) {
    const std::string name(entry.name);
    const std::string below = path.empty() ? name : path + "/" + name;
    FileStatus status;
    if (const int unseen = file_status(folder, name.c_str(), status)) {
      failed = unseen;
    } else if (status.folder()) {
      const Descriptor inside = open_own_folder(folder, name);
      const int deeper =
          inside ? walk(inside.get(), below, depth - 1, see) : errno;
      if (deeper != 0) failed = deeper;
    } else {
      see(below, status);
    }
  });
  return error != 0 ? error : failed;
}

class Restoration {
 public:
  Restoration(int v2, int run) : v2_(v2), run_(run) {}

  Restored carry_out() {
    std::vector<std::vector<std::string>> stages(kRestoreStages);
    result_.error =
        in_words(walk(run_, "", kDeepestTrash,
                      [&](const std::string& path, const FileStatus&) {
                        stages[restore_stage(path)].push_back(path);
                      }));
    for (std::vector<std::string>& paths : stages) {
      if (!result_.error.empty()) break;
      std::sort(paths.begin(), paths.end());
      for (const std::string& path : paths) put_back(path);
      if (result_.error.empty() && ::syncfs(v2_) != 0)
        result_.error = in_words(errno);
    }
    return std::move(result_);
  }

 private:
  void put_back(const std::string& path) {
    const std::string name(layout::last_component(path));
    const Descriptor to = make_parent(v2_, path);
    const Descriptor from =
        to ? open_folder_beneath(run_, std::string(layout::parent(path)))
           : Descriptor();
    const int error =
        from ? move_file(from.get(), name, to.get(), name) : errno;
    if (error == 0)
      ++result_.files;
    else
      leave(path, error);
  }

  // What is there by now needs nothing; else what refers to it has to wait.
  void leave(const std::string& path, int error) {
    result_.left.push_back({path, in_words(error)});
    if (error != EEXIST) result_.error = in_words(error);
  }

  int v2_;
  int run_;
  Restored result_;
};

TrashedRun look_into(int trash, std::string name) {
  TrashedRun run;
  run.name = std::move(name);
  const Descriptor folder = open_own_folder(trash, run.name);
  FileStatus status;
  int error = folder ? descriptor_status(folder.get(), status) : errno;
  run.changed_ns = status.changed_ns;
  if (error == 0)
    error = walk(folder.get(), "", kDeepestTrash,
                 [&](const std::string&, const FileStatus& file) {
                   ++run.files;
                   run.bytes += file.size;
                 });
  run.error = in_words(error);
  return run;
}

}  // namespace

std::vector<TrashedRun> runs_put_aside(int v2, const std::string& folder) {
  std::vector<TrashedRun> runs;
  const Descriptor aside = open_aside(v2, folder);
  if (!aside && errno == ENOENT) return runs;
  if (!aside)
    throw std::system_error(errno, std::generic_category(),
                            "cannot look into the " + folder);
  for_each_entry(aside.get(), [&](FolderEntry entry) {
    runs.push_back(look_into(aside.get(), std::string(entry.name)));
  });
  std::sort(
      runs.begin(), runs.end(),
      [](const TrashedRun& a, const TrashedRun& b) { return a.name < b.name; });
  return runs;
}

std::vector<TrashedRun> DiskTrash::list() {
  return runs_put_aside(v2_, "trash");
}

Restored DiskTrash::restore(const std::string& run) {
  const Descriptor trash = open_trash(v2_);
  const Descriptor folder =
      trash ? open_own_folder(trash.get(), run) : Descriptor();
  if (!folder) return {0, {}, in_words(errno)};
  Restored restored = Restoration(v2_, folder.get()).carry_out();
  remove_empty_folders(trash.get(), run);
  return restored;
}

std::string DiskTrash::empty(const std::string& run) {
  const Descriptor trash = open_trash(v2_);
  return in_words(trash ? remove_from_trash(trash.get(), run) : errno);
}

}  // namespace dregs
