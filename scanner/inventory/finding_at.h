// A finding about a place of the store that is no repository's.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "scanner/inventory/finding.h"

namespace dregs {

inline Finding finding_at(FindingKind kind, std::string path,
                          std::string detail) {
  Finding finding;
  finding.kind = kind;
  finding.path = std::move(path);
  finding.detail = std::move(detail);
  return finding;
}

// Of a folder that cannot be listed. `error` is an errno.
inline Finding unreadable_folder(std::string path, int error) {
  return finding_at(FindingKind::unreadable_folder, std::move(path),
                    std::strerror(error));
}

}  // namespace dregs
