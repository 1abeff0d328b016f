#include "benchmarks/store_writer.h"

#include <array>
#include <cstdint>

namespace dregs {

// Magic, initial state, empty block, length.
std::string initial_hash_state() {
  constexpr std::array<std::uint32_t, 8> kInitial = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::string state = "sha\x03";
  for (const std::uint32_t word : kInitial)
    for (int shift = 24; shift >= 0; shift -= 8)
      state.push_back(static_cast<char>(word >> shift & 0xff));
  state.resize(108, '\0');
  return state;
}

}  // namespace dregs
