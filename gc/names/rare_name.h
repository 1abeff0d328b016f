// A name that few of a million records have. A value as std::string is, of the
// size of a pointer; a name that is not empty is allocated by itself.
#pragma once

#include <compare>
#include <memory>
#include <string>
#include <utility>

namespace dregs {

class RareName {
 public:
  RareName() = default;
  RareName(std::string text)  // NOLINT(google-explicit-constructor)
      : text_(text.empty()
                  ? nullptr
                  : std::make_unique<const std::string>(std::move(text))) {}
  RareName(const RareName& other) : RareName(other.text()) {}
  RareName(RareName&&) noexcept = default;
  RareName& operator=(RareName other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  ~RareName() = default;

  bool empty() const { return text_ == nullptr; }
  const std::string& text() const {
    static const std::string kNone;
    return text_ ? *text_ : kNone;
  }

  bool operator==(const RareName& other) const {
    return text() == other.text();
  }
  auto operator<=>(const RareName& other) const {
    return text() <=> other.text();
  }

 private:
  std::unique_ptr<const std::string> text_;
};

}  // namespace dregs
