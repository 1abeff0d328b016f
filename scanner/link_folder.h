// A folder of link folders, `<parent>/<hex>/link`, as _layers/sha256,
// revisions/sha256 and a tag's index/sha256 are (format.md P2, P3, P6).
// Reads the links in parallel. Thread-safe; nothing throws.
#pragma once

#include <string>
#include <vector>

#include "scanner/link.h"
#include "scanner/stop_request.h"

namespace dregs {

struct NamedLink {
  Digest name;  // from the folder
  Link link;
  bool through_symbolic_link = false;
};

struct LinkFolder {
  std::vector<NamedLink> unsound;    // sorted by name; read, and not as named
  std::vector<Digest> sound;         // sorted; content equals name
  std::vector<std::string> foreign;  // entries that are no <hex> folder
  std::vector<std::string> odd;      // folders with a name that is no digest
  int error = 0;                     // errno that kept it from being listed
};

// Lists `folder` and reads every link below it.
LinkFolder read_link_folder(int folder, const StopRequest& stop);

}  // namespace dregs
