#include "scanner/files/link_folder.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "scanner/files/entry_type.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

Link read_named(int folder, const Digest& name) {
  char path[80];
  const std::string hex = name.hex();
  std::memcpy(path, hex.data(), hex.size());
  std::memcpy(path + hex.size(), "/link", 6);
  return read_link(folder, path);
}

class LinkFolderReader {
 public:
  LinkFolderReader(int folder, const StopRequest& stop)
      : folder_(folder), stop_(stop) {}

  LinkFolder read() {
    list();
    // Links are nearly always sound, and then their name says it all: only the
    // others are worth a record each.
    set_unsound_apart(read_all());
    std::sort(
        result_.unsound.begin(), result_.unsound.end(),
        [](const NamedLink& a, const NamedLink& b) { return a.name < b.name; });
    return std::move(result_);
  }

 private:
  // Takes every folder's link for sound.
  void list() {
    result_.sound.reserve(likely_entries(folder_));
    result_.error = for_each_entry(folder_, [this](FolderEntry entry) {
      const EntryType type = entry_type(folder_, entry);
      const bool linked = type == EntryType::symbolic_link;
      const auto digest = Digest::from_hex(entry.name);
      if ((type != EntryType::folder && !linked) ||
          is_litter_without_link(folder_, entry.name))
        result_.foreign.emplace_back(entry.name);
      else if (!digest)
        result_.odd.emplace_back(entry.name);
      else if (linked)
        add_unsound(*digest, true);
      else
        result_.sound.push_back(*digest);
    });
    for (std::vector<std::string>* each : {&result_.foreign, &result_.odd})
      std::sort(each->begin(), each->end());
    std::sort(result_.sound.begin(), result_.sound.end());
  }

  void add_unsound(const Digest& name, bool through_symbolic_link) {
    result_.unsound.push_back(
        {name, read_named(folder_, name), through_symbolic_link});
  }

  // By position: whether it names what its folder does.
  std::vector<char> read_all() const {
    const std::vector<Digest>& names = result_.sound;
    std::vector<char> sound(names.size(), 0);
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, names.size(), 64),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t i = range.begin(); i < range.end(); ++i)
            sound[i] = !stop_.requested() &&
                       read_named(folder_, names[i]).names(names[i]);
        });
    return sound;
  }

  void set_unsound_apart(const std::vector<char>& sound) {
    if (stop_.requested()) return;  // or all that was left out is read here
    std::size_t kept = 0;
    for (std::size_t i = 0; i < sound.size(); ++i) {
      const Digest name = result_.sound[i];
      if (sound[i])
        result_.sound[kept++] = name;
      else
        add_unsound(name, false);
    }
    result_.sound.resize(kept);
  }

  int folder_;
  const StopRequest& stop_;
  LinkFolder result_;
};

}  // namespace

bool is_litter_without_link(int at, std::string_view name) {
  if (!is_litter(name)) return false;
  FileStatus status;
  const std::string link = std::string(name) + "/link";
  const int error = file_status(at, link.c_str(), status);
  return error == ENOENT || error == ENOTDIR;
}

LinkFolder read_link_folder(int folder, const StopRequest& stop) {
  return LinkFolderReader(folder, stop).read();
}

}  // namespace dregs
