// A folder of link folders, `<parent>/<hex>/link`, as _layers/sha256,
// revisions/sha256 and a tag's index/sha256 are (format.md#P2, #P3, #P6). Reads
// the links in parallel. Thread-safe; nothing throws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/files/link.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct LinkFolder {
  std::vector<NamedLink> unsound;    // sorted by name; read, and not as named
  std::vector<Digest> sound;         // sorted; content equals name
  std::vector<std::string> foreign;  // entries that are not <hex> folders
  std::vector<std::string> odd;      // folders whose name is not a digest
  int error = 0;                     // errno that kept it from being listed
};

// Whether an entry of such a folder could not be a link's folder by its name
// (scanner/inventory/litter.h), and holds no link all the same.
bool is_litter_without_link(int at, std::string_view name);

// Lists `folder` and reads every link below it.
LinkFolder read_link_folder(int folder, const StopRequest& stop);

}  // namespace dregs
