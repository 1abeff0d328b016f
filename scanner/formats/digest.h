// A sha256 digest as a value, and the text forms the registry writes.
// format.md#1.1, #2. Values are free of threads and of I/O; parsers return
// nullopt instead of failing.
#pragma once

#include <endian.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dregs {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  bool operator==(const Digest&) const = default;

  // Compared by words: searching and sorting digests is most of what a scan
  // computes, and the array's own order calls memcmp.
  std::strong_ordering operator<=>(const Digest& other) const {
    for (std::size_t i = 0; i < 3; ++i)
      if (word(i) != other.word(i)) return word(i) <=> other.word(i);
    return word(3) <=> other.word(3);
  }

  // The i-th of four, most significant first: words sort as hex text does.
  std::uint64_t word(std::size_t i) const {
    std::uint64_t big_endian;
    std::memcpy(&big_endian, bytes.data() + 8 * i, sizeof big_endian);
    return be64toh(big_endian);
  }

  // 64 lower-case hex digits and nothing else: the registry never writes
  // upper case, so whatever does came from elsewhere.
  static std::optional<Digest> from_hex(std::string_view hex);

  // "sha256:" and 64 lower-case hex digits, nothing before or behind.
  static std::optional<Digest> parse(std::string_view text);

  std::string hex() const;
  std::string to_string() const;  // "sha256:<hex>"
};

// The algorithm and hex part of any digest that the registry accepts:
// sha256, sha384 or sha512 with the right number of lower-case hex digits.
// The views point into the text that was parsed.
struct DigestText {
  std::string_view algorithm;
  std::string_view hex;

  static std::optional<DigestText> parse(std::string_view text);
  static std::optional<DigestText> from_parts(std::string_view algorithm,
                                              std::string_view hex);
};

// A manifest may name any digests it likes: without a secret, a hostile one
// would make every look-up a walk along all of them.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const;
};

}  // namespace dregs

template <>
struct std::hash<dregs::Digest> : dregs::DigestHash {};
