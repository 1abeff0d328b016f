#include "scanner/keys/key_place.h"

#include <algorithm>

#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

using Kind = KeyPlace::Kind;

std::string_view component_at(std::string_view path, std::size_t start) {
  return path.substr(start, path.find('/', start) - start);
}

// What of a repository's parts is no repository's name in them.
bool is_part_of_the_nameless(std::string_view part, std::string_view name) {
  if (part == layout::kManifests) return name == "revisions" || name == "tags";
  return part == layout::kLayers &&
         (name.starts_with("sha") || name == "tarsum");
}

KeyPlace place_below_repositories(std::string_view path) {
  KeyPlace place;
  place.below = path;
  const std::string_view first = component_at(path, 0);
  if (layout::is_part(first)) {
    place.of_the_nameless = path;
    const std::size_t second = first.size() + 1;
    if (second < path.size() &&
        is_part_of_the_nameless(first, component_at(path, second)))
      return {Kind::repository, "", path, ""};
  }
  for (std::size_t start = 0; start < path.size();) {
    const std::string_view component = component_at(path, start);
    if (start > 0 && layout::is_part(component)) {
      place.kind = Kind::repository;
      place.repository = path.substr(0, start - 1);
      place.below = path.substr(start);
      return place;
    }
    const std::size_t end = start + component.size();
    if (end < path.size() && is_snapshot_folder(component)) {
      place.kind = Kind::in_snapshot;
      place.below = path.substr(0, end);
      return place;
    }
    start = end + 1;
  }
  place.kind = Kind::between;
  return place;
}

}  // namespace

KeyPlace place_of_key(std::string_view path) {
  KeyPlace place;
  place.below = path;
  if (path.empty() || path.ends_with('/')) {
    place.kind = Kind::folder_key;
    return place;
  }
  const std::string_view first = component_at(path, 0);
  if (first.size() == path.size()) return place;
  const std::string_view rest = path.substr(first.size() + 1);
  if (first == layout::kRepositories) return place_below_repositories(rest);
  if (first == layout::kBlobs) {
    place.kind = Kind::blob;
    place.below = rest;
  }
  return place;
}

}  // namespace dregs
