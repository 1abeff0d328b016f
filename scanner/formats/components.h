// A path's first component, and what follows it. Pure.
#pragma once

#include <string_view>

namespace dregs {

inline std::string_view first_component(std::string_view path) {
  return path.substr(0, path.find('/'));
}

inline std::string_view behind_first(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view()
                                         : path.substr(slash + 1);
}

}  // namespace dregs
