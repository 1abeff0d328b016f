#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "scanner/files/entry_type.h"
#include "scanner/files/listing.h"
#include "scanner/ways/following.h"

namespace dregs {
namespace {

// Deeper below a blob or a part of a repository no server looks: seven levels,
// down to _manifests/revisions/<alg>/<hex>/signatures/<alg>/<hex>/link.
constexpr int kDeepest = 8;
// Folders and files behind symbolic links, in which others are looked for.
constexpr std::size_t kMostEntries = 4'000'000;

void list(Following& all, int folder, const std::string& path,
          const Finding& from, int depth) {
  const int error = for_each_entry(folder, [&](FolderEntry entry) {
    if (++all.entries >= kMostEntries) return;
    const std::string below = path + "/" + std::string(entry.name);
    const EntryType type = entry_type(folder, entry);
    if (type == EntryType::symbolic_link) begin(all, below, from);
    if (type != EntryType::folder || depth == 1) return;
    const Descriptor inside = open_folder(folder, std::string(entry.name));
    if (inside)
      list(all, inside.get(), below, from, depth - 1);
    else if (!leads_nowhere(errno))
      cannot_follow(all, {below, from}, std::strerror(errno));
  });
  if (error != 0) cannot_follow(all, {path, from}, std::strerror(error));
  if (all.entries >= kMostEntries) all.places.keep_all_at("", from);
}

}  // namespace

void look_into(Following& all, const std::string& path, const Finding& from) {
  const Descriptor folder = open_folder(all.v2, path);
  const RealPath real = folder ? real_path_of(folder.get()) : RealPath();
  if (!folder || real.error != 0) {
    const int error = folder ? real.error : errno;
    if (!leads_nowhere(error))
      cannot_follow(all, {path, from}, std::strerror(error));
    return;
  }
  if (!all.looked_into.insert(real.path).second) return;
  for (const std::string& below : all.locator.mounts_below(real.path))
    begin(all, fmt::format("{}/{}", path, below), from);
  list(all, folder.get(), path, from, kDeepest);
}

}  // namespace dregs
