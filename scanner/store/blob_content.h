// BlobContent is one blob's bytes, with what is known of them. A plain value.
#pragma once

#include <cstdint>
#include <string>

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
  std::uint64_t size = 0;  // bytes, as the storage says
  std::string bytes;       // of sound and corrupt ones
};

}  // namespace dregs
