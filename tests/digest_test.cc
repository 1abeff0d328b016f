// The text of a digest (format.md#1.1, #2), at every place and of every byte.
#include "scanner/formats/digest.h"

#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

TEST(Digest, TakesLowerCaseHexAndNothingElseAtEachPlace) {
  const std::string sound = sha256("anything").hex();
  for (std::size_t place = 0; place < sound.size(); ++place)
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = sound;
      text[place] = static_cast<char>(byte);
      const bool hex = kHexDigits.find(text[place]) != std::string_view::npos;
      ASSERT_EQ(Digest::from_hex(text).has_value(), hex)
          << "byte " << byte << " at " << place;
    }
}

TEST(Digest, IsWrittenAsItWasRead) {
  std::string text;
  for (std::size_t i = 0; i < 64; ++i)
    text += kHexDigits[(i * 7 + i / 16) % 16];
  EXPECT_EQ(Digest::from_hex(text)->hex(), text);
  EXPECT_EQ(Digest::from_hex(text)->bytes[1], 0xe5);
  for (int i = 0; i < 1000; ++i) {
    const Digest digest = sha256(std::to_string(i));
    ASSERT_EQ(Digest::from_hex(digest.hex()), digest);
  }
}

TEST(Digest, HasItsLengthAndItsAlgorithm) {
  const std::string hex = sha256("").hex();
  EXPECT_TRUE(Digest::parse("sha256:" + hex));
  for (const std::string& text :
       {hex, "sha256:" + hex + "\n", "sha256:" + hex.substr(1), "SHA256:" + hex,
        "sha512:" + hex, "sha256:" + hex + hex, std::string()})
    EXPECT_FALSE(Digest::parse(text)) << text;
}

}  // namespace
}  // namespace dregs
