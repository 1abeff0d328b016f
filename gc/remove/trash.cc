#include "gc/remove/trash.h"

namespace dregs {

std::size_t restore_stage(std::string_view path) {
  if (path.starts_with("blobs/")) return 0;
  if (path.find("/_layers/") != std::string_view::npos) return 1;
  if (path.find("/_manifests/revisions/") != std::string_view::npos) return 2;
  if (path.find("/_manifests/tags/") != std::string_view::npos) return 3;
  return 0;
}

}  // namespace dregs
