// A sha256 digest as a value, and the text forms the registry writes.
// format.md 1.1, 2. Values are free of threads and of I/O; parsers return
// nullopt instead of failing.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dregs {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;

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
  std::optional<Digest> sha256() const;
};

// A manifest may name any digests it likes: without a secret, a hostile one
// would make every look-up a walk along all of them.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const;
};

}  // namespace dregs

template <>
struct std::hash<dregs::Digest> : dregs::DigestHash {};
