#include "scanner/formats/digest.h"

#include <cstring>
#include <random>

namespace dregs {
namespace {

constexpr std::string_view kSha256Prefix = "sha256:";
constexpr std::string_view kHexDigits = "0123456789abcdef";

using HexPair = std::array<char, 2>;

constexpr std::array<HexPair, 256> make_hex_pairs() {
  std::array<HexPair, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i)
    pairs[i] = {kHexDigits[i >> 4], kHexDigits[i & 15]};
  return pairs;
}

constexpr std::array<HexPair, 256> kHexPairs = make_hex_pairs();

constexpr std::uint64_t in_each_byte(std::uint64_t value) {
  return value * 0x0101010101010101;
}

// Eight hex digits at a time, else a quarter of what a dry run computes:
// reads four bytes, and says whether the text was what they are written as.
bool read_hex(const char* text, std::uint8_t* bytes) {
  std::uint64_t digits;
  std::memcpy(&digits, text, sizeof digits);
  digits = le64toh(digits);
  const std::uint64_t letters = digits >> 6 & in_each_byte(1);
  std::uint64_t values = (digits & in_each_byte(15)) + letters * 9;
  const std::uint64_t beyond_nine = (values + in_each_byte(6)) >> 4;
  const std::uint64_t rewritten =
      values + in_each_byte('0') +
      (beyond_nine & in_each_byte(1)) * ('a' - '9' - 1);
  const bool sound = rewritten == digits && (values & in_each_byte(0xf0)) == 0;
  values = (values << 4 | values >> 8) & 0x00ff00ff00ff00ff;
  values = (values | values >> 8) & 0x0000ffff0000ffff;
  const std::uint32_t four =
      htole32(static_cast<std::uint32_t>(values | values >> 16));
  std::memcpy(bytes, &four, sizeof four);
  return sound;
}

std::size_t hex_length(std::string_view algorithm) {
  if (algorithm == "sha256") return 64;
  if (algorithm == "sha384") return 96;
  if (algorithm == "sha512") return 128;
  return 0;
}

// The length of `text` is one of the above.
bool all_hex(std::string_view text) {
  std::uint8_t bytes[4];
  for (std::size_t i = 0; i < text.size(); i += 8)
    if (!read_hex(text.data() + i, bytes)) return false;
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
  for (std::size_t i = 0; i < 32; i += 4)
    if (!read_hex(hex.data() + 2 * i, digest.bytes.data() + i))
      return std::nullopt;
  return digest;
}

std::optional<Digest> Digest::parse(std::string_view text) {
  if (!text.starts_with(kSha256Prefix)) return std::nullopt;
  return from_hex(text.substr(kSha256Prefix.size()));
}

std::string Digest::hex() const {
  std::string text(64, '0');
  for (std::size_t i = 0; i < 32; ++i)
    std::memcpy(text.data() + 2 * i, kHexPairs[bytes[i]].data(), 2);
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
  static const std::array<std::uint64_t, 4> kSecret = random_words();
  std::array<std::uint64_t, 4> words{};
  std::memcpy(words.data(), digest.bytes.data(), sizeof words);
  return folded_product(words[0] ^ kSecret[0], words[1] ^ kSecret[1]) ^
         folded_product(words[2] ^ kSecret[2], words[3] ^ kSecret[3]);
}

}  // namespace dregs
