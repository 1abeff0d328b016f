#include "scanner/inventory/link.h"

#include <cstring>

namespace dregs {

Link parse_link(std::string_view content) {
  Link link;
  link.target = Digest::parse(content);
  link.state = LinkState::sound;
  if (link.target) return link;
  if (DigestText::parse(content))
    link.other_digest = content;
  else
    link.state = LinkState::malformed;
  return link;
}

std::string describe(const Link& link) {
  switch (link.state) {
    case LinkState::sound:
      return "sound";
    case LinkState::missing:
      return "missing";
    case LinkState::malformed:
      return "its content is not a digest";
    case LinkState::not_regular:
      return "not a regular file";
    case LinkState::symbolic:
      return "behind a symbolic link, which the registry never writes";
    case LinkState::mounted:
      return "another filesystem is mounted here";
    case LinkState::unreadable:
      return std::string("cannot be read: ") + std::strerror(link.error);
  }
  return "";
}

FindingKind kind_of(const Link& link, FindingKind bad) {
  switch (link.state) {
    case LinkState::unreadable:
      return FindingKind::unreadable_file;
    case LinkState::symbolic:
      return FindingKind::symbolic_link;
    case LinkState::mounted:
      return FindingKind::other_filesystem;
    default:
      return bad;
  }
}

}  // namespace dregs
