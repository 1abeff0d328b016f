#include "gc/storage/move_aside.h"

#include <fmt/format.h>

#include <cstring>

#include "gc/remove/aside_folder.h"
#include "scanner/formats/text.h"

namespace dregs {

std::vector<Refusal> reasons_not_to_move_aside(int v2, bool may_try,
                                               const std::string& way_out) {
  FileStatus ours;
  FileStatus above;
  if (descriptor_status(v2, ours) != 0 || file_status(v2, "..", above) != 0 ||
      ours.device != above.device)
    return {
        {"the folder beside the registry, docker/registry/.dregs, is on "
         "another filesystem",
         way_out}};
  if (const int error = may_try ? try_to_move_aside(v2) : 0)
    return {{fmt::format("files cannot be moved to docker/registry/.dregs: {}",
                         std::strerror(error)),
             way_out}};
  return {};
}

std::vector<Refusal> reasons_not_to_move_aside(
    const OpenedStore& store, const std::vector<StorePart>& parts,
    const std::string& way_out) {
  std::vector<Refusal> reasons;
  reasons.reserve(parts.size());
  for (const StorePart& part : parts)
    reasons.push_back(
        {fmt::format(
             "{} is {}, from where no file can be moved aside",
             escaped(store.shown(part.path)),
             part.symbolic ? "a symbolic link" : "on another filesystem"),
         way_out});
  return reasons;
}

}  // namespace dregs
