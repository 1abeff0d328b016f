#include "scanner/formats/path_below.h"

namespace dregs {

std::optional<std::string_view> path_below(std::string_view path,
                                           std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  if (!folder.empty() && !path.empty() && path.front() != '/')
    return std::nullopt;
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

}  // namespace dregs
