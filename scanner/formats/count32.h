// What is marked is counted in 32 bits: blobs, digests, references. A store
// that has more must not make a count begin anew at 0, for then what is in use
// would be taken for something else, and removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace dregs {

// Throws std::length_error for what does not fit; the largest value itself is
// nobody's number.
inline std::uint32_t count32(std::size_t count) {
  if (count >= std::numeric_limits<std::uint32_t>::max())
    throw std::length_error(
        "this store has more than 4,294,967,294 blobs or references, which is "
        "more than dregs counts; nothing was removed");
  return static_cast<std::uint32_t>(count);
}

}  // namespace dregs
