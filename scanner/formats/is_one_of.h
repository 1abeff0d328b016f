// is_one_of() says whether a text is one of some words, to the letter. Pure.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace dregs {

inline bool is_one_of(std::string_view text,
                      std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace dregs
