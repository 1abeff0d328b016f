#include "scanner/ways/place_kind.h"

#include <algorithm>

#include "scanner/formats/layout.h"
#include "scanner/formats/path_below.h"

namespace dregs {

bool holds_whole_repositories(std::string_view place) {
  const auto path = path_below(place, layout::kRepositories);
  return place.empty() || (path && !owner_of(*path));
}

std::optional<std::string_view> owner_of(std::string_view path) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    if (layout::is_part(path.substr(at, slash - at)))
      return path.substr(0, at == 0 ? 0 : at - 1);
    at = slash + 1;
  }
  return std::nullopt;
}

std::string_view component(std::string_view path, std::size_t nth) {
  for (; nth > 0 && !path.empty(); --nth)
    path.remove_prefix(std::min(path.find('/'), path.size() - 1) + 1);
  return path.substr(0, path.find('/'));
}

}  // namespace dregs
