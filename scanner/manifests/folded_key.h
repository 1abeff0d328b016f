// JSON keys compared as Go's encoding/json does (format.md#3.1): without regard
// to case, and with U+017F and U+212A equal to s and k.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace dregs {

class FoldedKey {
 public:
  explicit FoldedKey(std::string_view key) : original_(key) {
    for (std::size_t i = 0; i < key.size() && size_ < text_.size();) {
      if (key.substr(i).starts_with("\u017f")) {
        text_[size_++] = 's';
        i += 2;
      } else if (key.substr(i).starts_with("\u212a")) {
        text_[size_++] = 'k';
        i += 3;
      } else {
        const char c = key[i++];
        text_[size_++] =
            c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
    }
  }

  // `lower` has no upper-case letters and is shorter than the buffer.
  bool is(std::string_view lower) const {
    return std::string_view(text_.data(), size_) == lower;
  }

  // Whether the key is written as every client writes it.
  bool spelt_as_usual() const {
    constexpr std::array<std::string_view, 10> kUsual = {
        "schemaVersion", "mediaType", "config",  "layers", "manifests",
        "blobs",         "fsLayers",  "subject", "digest", "blobSum"};
    for (const std::string_view usual : kUsual)
      if (usual == original_) return true;
    return false;
  }

 private:
  std::string_view original_;
  std::array<char, 16> text_{};
  std::size_t size_ = 0;
};

}  // namespace dregs
