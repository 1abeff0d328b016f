// A Link says what the file of a link holds (format.md#2). A sound link holds
// exactly one digest, without a newline, in at most 135 bytes. These functions
// are pure and throw nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scanner/formats/digest.h"
#include "scanner/inventory/finding.h"

namespace dregs {

enum class LinkState {
  sound,        // a digest the registry accepts
  missing,      // no such file
  malformed,    // empty, truncated, trailing bytes, unknown algorithm, too long
  not_regular,  // a folder, FIFO, socket, device
  symbolic,     // behind a symbolic link; `target` is what is there, if sound
  mounted,      // behind another mount; the same
  unreadable,   // EACCES, EIO, …; see `error`
};

// Longer than any digest: a link that has as many bytes is malformed, whatever
// follows.
inline constexpr std::size_t kMostLinkBytes = 256;

struct Link {
  LinkState state = LinkState::missing;
  std::optional<Digest> target;  // where the content is a sha256 digest
  std::string other_digest;      // where it is a sound sha384 or sha512 one
  int error = 0;                 // errno of an unreadable link

  bool names(const Digest& digest) const {
    return state == LinkState::sound && target == digest;
  }
};

// A link with the digest that its folder is named by.
struct NamedLink {
  Digest name;
  Link link;
  bool through_symbolic_link = false;
};

// What content means, for a link of a regular file.
Link parse_link(std::string_view content);

// One line for a person: why a link that is not sound is not.
std::string describe(const Link& link);

// What is wrong with a link that is neither sound nor missing; `bad`: its
// content.
FindingKind kind_of(const Link& link, FindingKind bad);

}  // namespace dregs
