// Comparing paths by whole components, never by characters: "/srv/reg" is not
// below "/srv/re". The one place that does so. Pure; nothing throws.
#pragma once

#include <optional>
#include <string_view>

namespace dregs {

// `path` relative to `folder`, "" where they are the same; nullopt where it is
// neither that folder nor below it. Everything is below "/" and below "".
// Slashes at the end of `folder` do not matter. Neither path may hold "..".
std::optional<std::string_view> path_below(std::string_view path,
                                           std::string_view folder);

inline bool is_at_or_below(std::string_view path, std::string_view folder) {
  return path_below(path, folder).has_value();
}

// Whether one of them is the other, or lies in it.
inline bool paths_overlap(std::string_view a, std::string_view b) {
  return is_at_or_below(a, b) || is_at_or_below(b, a);
}

}  // namespace dregs
