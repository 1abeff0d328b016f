#include "gc/heal/disk_link_writer.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include "gc/heal/put_link.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/link.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

using State = LinkOutcome::State;

LinkOutcome failed(int error) { return {State::failed, std::strerror(error)}; }

}  // namespace

DiskLinkWriter::DiskLinkWriter(int v2) : parts_(v2, find_frame_parts(v2)) {}

FoundLink DiskLinkWriter::find(const std::string& path) {
  FoundLink found;
  const Descriptor folder = parts_.open(std::string(layout::parent(path)));
  if (!folder) {
    if (errno != ENOENT) found.error = std::strerror(errno);
    return found;
  }
  const Link link = read_link(
      folder.get(), std::string(layout::last_component(path)).c_str());
  if (link.state == LinkState::unreadable)
    found.error = std::strerror(link.error);
  found.there = link.state != LinkState::missing;
  found.target = link.target;
  return found;
}

// What is missing of the folders is made below the innermost one that is there.
LinkOutcome DiskLinkWriter::replace(const std::string& path,
                                    const FoundLink& over,
                                    const Digest& digest) {
  const FoundLink now = find(path);
  if (!now.error.empty()) return {State::failed, now.error};
  if (now.there != over.there || now.target != over.target)
    return {State::changed, {}};
  std::string_view above = layout::parent(path);
  Descriptor folder = parts_.open(std::string(above));
  while (!folder && errno == ENOENT && !above.empty()) {
    above = layout::parent(above);
    folder = parts_.open(std::string(above));
  }
  if (!folder) return failed(errno);
  const std::string_view below =
      std::string_view(path).substr(above.empty() ? 0 : above.size() + 1);
  const int error = put_link(folder.get(), below, digest);
  return error == 0 ? LinkOutcome() : failed(error);
}

std::string DiskLinkWriter::sync() {
  const int error = parts_.sync();
  return error == 0 ? std::string() : std::strerror(error);
}

}  // namespace dregs
