// One blob's bytes, hashed before they are believed. Thread-safe; nothing
// throws but running out of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "scanner/formats/digest.h"

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

// Reads all of it, however large, and keeps nothing but its state and size.
BlobContent hash_blob(int v2, const Digest& digest);

// The same of what is stored under another algorithm, "sha512:<hex>"; what is
// larger than a manifest may be is too large to be hashed. Missing where that
// is not a digest.
BlobContent stat_other_blob(int v2, const std::string& digest);
BlobContent hash_other_blob(int v2, const std::string& digest);

}  // namespace dregs
