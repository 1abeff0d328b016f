#include "scanner/link_folder.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstring>

#include "scanner/entry_type.h"

namespace dregs {
namespace {

struct Listed {
  Digest name;
  bool through_symbolic_link = false;
};

std::vector<Listed> list(int folder, LinkFolder& result) {
  std::vector<Listed> names;
  result.error = for_each_entry(folder, [&](FolderEntry entry) {
    const EntryType type = entry_type(folder, entry);
    const bool linked = type == EntryType::symbolic_link;
    const auto digest = Digest::from_hex(entry.name);
    if (type != EntryType::folder && !linked)
      result.foreign.emplace_back(entry.name);
    else if (!digest)
      result.odd.emplace_back(entry.name);
    else
      names.push_back({*digest, linked});
  });
  std::sort(names.begin(), names.end(),
            [](const Listed& a, const Listed& b) { return a.name < b.name; });
  std::sort(result.foreign.begin(), result.foreign.end());
  std::sort(result.odd.begin(), result.odd.end());
  return names;
}

Link read_named(int folder, const Digest& name) {
  char path[80];
  const std::string hex = name.hex();
  std::memcpy(path, hex.data(), hex.size());
  std::memcpy(path + hex.size(), "/link", 6);
  return read_link(folder, path);
}

}  // namespace

LinkFolder read_link_folder(int folder, const StopRequest& stop) {
  LinkFolder result;
  const std::vector<Listed> names = list(folder, result);
  // Links are nearly always sound, and then their name says it all: only the
  // others are worth a record each.
  std::vector<char> sound(names.size(), 0);
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, names.size(), 64),
      [&](const tbb::blocked_range<std::size_t>& range) {
        for (std::size_t i = range.begin(); i < range.end(); ++i)
          sound[i] = !stop.requested() && !names[i].through_symbolic_link &&
                     read_named(folder, names[i].name).names(names[i].name);
      });
  result.sound.reserve(
      static_cast<std::size_t>(std::count(sound.begin(), sound.end(), 1)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (sound[i])
      result.sound.push_back(names[i].name);
    else
      result.unsound.push_back({names[i].name,
                                read_named(folder, names[i].name),
                                names[i].through_symbolic_link});
  }
  return result;
}

}  // namespace dregs
