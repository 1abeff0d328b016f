// One blob's bytes, hashed before they are believed. Thread-safe; nothing
// throws but running out of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "scanner/digest.h"

namespace dregs {

struct BlobContent {
  enum class State {
    sound,
    missing,
    corrupt,     // its bytes do not hash to its name
    unreadable,  // see error
    too_large,   // beyond what the caller wanted; nothing was read
  };
  State state = State::missing;
  int error = 0;           // errno of an unreadable one
  std::uint64_t size = 0;  // bytes, as stat says
  std::string bytes;       // of sound and corrupt ones
};

// Follows symbolic links, as the registry does. `v2` is borrowed.
BlobContent read_blob(int v2, const Digest& digest, std::size_t at_most);

// Size alone: sound (nothing is hashed), missing or unreadable.
BlobContent stat_blob(int v2, const Digest& digest);

}  // namespace dregs
