// An MD5 as a value: what object storage calls an ETag. It proves which of a
// few known texts an object holds; it is no protection against anybody.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

namespace dregs {

struct Md5 {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Md5&) const = default;

  // 32 hex digits in either case and nothing else.
  static std::optional<Md5> from_hex(std::string_view hex);
};

// Throws std::runtime_error where OpenSSL cannot compute it. Thread-safe.
Md5 md5(std::string_view bytes);

}  // namespace dregs

template <>
struct std::hash<dregs::Md5> {
  std::size_t operator()(const dregs::Md5& md5) const {
    std::size_t first;
    std::memcpy(&first, md5.bytes.data(), sizeof first);
    return first;
  }
};
