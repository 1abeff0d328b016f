#include "gc/remove/opened_parts.h"

#include <unistd.h>

#include <cerrno>

#include "scanner/formats/path_below.h"

namespace dregs {

OpenedParts::OpenedParts(int v2, const std::vector<StorePart>& parts)
    : v2_(v2) {
  FileStatus status;
  descriptor_status(v2, status);
  device_ = status.device;
  for (const StorePart& part : parts) {
    Descriptor folder = open_folder(v2, part.path);
    if (folder && (descriptor_status(folder.get(), status) != 0 ||
                   status.device != part.device || status.inode != part.inode))
      folder = Descriptor();
    parts_.push_back({part, std::move(folder)});
  }
}

const OpenedParts::Part* OpenedParts::part_at(std::string_view path) const {
  const Part* innermost = nullptr;
  for (const Part& each : parts_)
    if (is_at_or_below(path, each.part.path) &&
        (innermost == nullptr ||
         each.part.path.size() > innermost->part.path.size()))
      innermost = &each;
  return innermost;
}

Descriptor OpenedParts::open(const std::string& folder) const {
  const Part* part = part_at(folder);
  if (part == nullptr) return open_folder_beneath(v2_, folder);
  if (!part->folder) {
    errno = EXDEV;
    return Descriptor();
  }
  const auto rest = path_below(folder, part->part.path);
  return open_folder_beneath(part->folder.get(),
                             std::string(rest.value_or("")));
}

std::uint64_t OpenedParts::device_of(std::string_view path) const {
  const Part* part = part_at(path);
  return part == nullptr ? device_ : part->part.device;
}

int OpenedParts::sync() const {
  if (::syncfs(v2_) != 0) return errno;
  for (const Part& each : parts_)
    if (each.folder && ::syncfs(each.folder.get()) != 0) return errno;
  return 0;
}

}  // namespace dregs
