#include "scanner/digest.h"

#include <cstring>
#include <random>

namespace dregs {
namespace {

constexpr std::string_view kSha256Prefix = "sha256:";
constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr std::array<std::int8_t, 256> make_hex_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kHexDigits.size(); ++i)
    values[static_cast<unsigned char>(kHexDigits[i])] =
        static_cast<std::int8_t>(i);
  return values;
}

constexpr auto kHexValues = make_hex_values();

int hex_value(char c) { return kHexValues[static_cast<unsigned char>(c)]; }

std::size_t hex_length(std::string_view algorithm) {
  if (algorithm == "sha256") return 64;
  if (algorithm == "sha384") return 96;
  if (algorithm == "sha512") return 128;
  return 0;
}

bool all_hex(std::string_view text) {
  for (char c : text)
    if (hex_value(c) < 0) return false;
  return true;
}

std::array<std::uint64_t, 4> random_words() {
  std::random_device source;
  std::array<std::uint64_t, 4> words{};
  for (std::uint64_t& word : words)
    word = std::uint64_t{source()} << 32 | source();
  return words;
}

std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^
         static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::optional<Digest> Digest::from_hex(std::string_view hex) {
  if (hex.size() != 64) return std::nullopt;
  Digest digest;
  for (std::size_t i = 0; i < 32; ++i) {
    const int high = hex_value(hex[2 * i]);
    const int low = hex_value(hex[2 * i + 1]);
    if ((high | low) < 0) return std::nullopt;
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

std::optional<Digest> Digest::parse(std::string_view text) {
  if (!text.starts_with(kSha256Prefix)) return std::nullopt;
  return from_hex(text.substr(kSha256Prefix.size()));
}

std::string Digest::hex() const {
  std::string text(64, '0');
  for (std::size_t i = 0; i < 32; ++i) {
    text[2 * i] = kHexDigits[bytes[i] >> 4];
    text[2 * i + 1] = kHexDigits[bytes[i] & 15];
  }
  return text;
}

std::string Digest::to_string() const {
  return std::string(kSha256Prefix) + hex();
}

std::optional<DigestText> DigestText::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return from_parts(text.substr(0, colon), text.substr(colon + 1));
}

std::optional<DigestText> DigestText::from_parts(std::string_view algorithm,
                                                 std::string_view hex) {
  const std::size_t length = hex_length(algorithm);
  if (length == 0 || hex.size() != length || !all_hex(hex)) return std::nullopt;
  return DigestText{algorithm, hex};
}

std::size_t DigestHash::operator()(const Digest& digest) const {
  static const std::array<std::uint64_t, 4> secret = random_words();
  std::array<std::uint64_t, 4> words{};
  std::memcpy(words.data(), digest.bytes.data(), sizeof words);
  return folded_product(words[0] ^ secret[0], words[1] ^ secret[1]) ^
         folded_product(words[2] ^ secret[2], words[3] ^ secret[3]);
}

}  // namespace dregs
