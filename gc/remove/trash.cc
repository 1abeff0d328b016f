#include "gc/remove/trash.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "gc/remove/make_parent.h"
#include "gc/remove/move_file.h"
#include "gc/remove/remover.h"
#include "scanner/files/entry_type.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

Descriptor open_trash(int v2) {
  const Descriptor above = open_own_folder(v2, "..");
  const Descriptor own =
      above ? open_own_folder(above.get(), ".dregs") : Descriptor();
  return own ? open_own_folder(own.get(), "trash") : Descriptor();
}

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

// In the order in which they go back: what is referred to before what refers.
int stage(std::string_view path) {
  if (path.starts_with("blobs/")) return 0;
  if (path.find("/_layers/") != std::string_view::npos) return 1;
  if (path.find("/_manifests/revisions/") != std::string_view::npos) return 2;
  if (path.find("/_manifests/tags/") != std::string_view::npos) return 3;
  return 0;
}

constexpr int kStages = 4;

class Restoration {
 public:
  Restoration(int v2, int run) : v2_(v2), run_(run) {}

  Restored carry_out() {
    std::vector<std::vector<std::string>> stages(kStages);
    result_.error =
        walk(run_, "", kDeepestTrash,
             [&](const std::string& path, const FileStatus&) {
               stages[static_cast<std::size_t>(stage(path))].push_back(path);
             });
    for (std::vector<std::string>& paths : stages) {
      if (result_.error != 0) break;
      std::sort(paths.begin(), paths.end());
      for (const std::string& path : paths) put_back(path);
      if (result_.error == 0 && ::syncfs(v2_) != 0) result_.error = errno;
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
    result_.left.push_back({path, "", error});
    if (error != EEXIST) result_.error = error;
  }

  int v2_;
  int run_;
  Restored result_;
};

}  // namespace

std::vector<TrashedRun> list_trash(int v2) {
  std::vector<TrashedRun> runs;
  const Descriptor trash = open_trash(v2);
  if (!trash && errno == ENOENT) return runs;
  if (!trash)
    throw std::system_error(errno, std::generic_category(),
                            "cannot look into the trash");
  for_each_entry(trash.get(), [&](FolderEntry entry) {
    TrashedRun run;
    run.name = entry.name;
    const Descriptor folder = open_own_folder(trash.get(), run.name);
    FileStatus status;
    run.error = folder ? descriptor_status(folder.get(), status) : errno;
    run.changed_ns = status.changed_ns;
    if (run.error == 0)
      run.error = walk(folder.get(), "", kDeepestTrash,
                       [&](const std::string&, const FileStatus& file) {
                         ++run.files;
                         run.bytes += file.size;
                       });
    runs.push_back(std::move(run));
  });
  std::sort(
      runs.begin(), runs.end(),
      [](const TrashedRun& a, const TrashedRun& b) { return a.name < b.name; });
  return runs;
}

Restored restore_from_trash(int v2, const std::string& run) {
  const Descriptor trash = open_trash(v2);
  const Descriptor folder =
      trash ? open_own_folder(trash.get(), run) : Descriptor();
  if (!folder) return {0, {}, errno};
  Restored restored = Restoration(v2, folder.get()).carry_out();
  remove_empty_folders(trash.get(), run);
  return restored;
}

int empty_trash(int v2, const std::string& run) {
  const Descriptor trash = open_trash(v2);
  return trash ? remove_from_trash(trash.get(), run) : errno;
}

}  // namespace dregs
