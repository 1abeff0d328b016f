// Reading link files (format.md#2): exactly one digest, no newline, at most 135
// bytes. Thread-safe; nothing throws.
#pragma once

#include <optional>
#include <string>

#include "scanner/formats/digest.h"

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

struct Link {
  LinkState state = LinkState::missing;
  std::optional<Digest> target;  // where the content is a sha256 digest
  std::string other_digest;      // where it is a sound sha384 or sha512 one
  int error = 0;                 // errno of an unreadable link

  bool names(const Digest& digest) const {
    return state == LinkState::sound && target == digest;
  }
};

// Reads the link file `path` relative to the folder `at`.
Link read_link(int at, const char* path);

// What content means, for a link of a regular file.
Link parse_link(std::string_view content);

// One line for a person: why a link that is not sound is not.
std::string describe(const Link& link);

}  // namespace dregs
