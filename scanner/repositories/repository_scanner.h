// Reads one repository: links, tags, history, uploads (format.md#1.1 to #1.5,
// #2). Parallel inside, so that one repository with a million tags is no slower
// per tag than a thousand small ones.
#pragma once

#include <string>

#include "scanner/files/descriptor.h"
#include "scanner/inventory/repository_report.h"
#include "scanner/inventory/scan_progress.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// How discovery came to a repository; anything odd pins it.
struct RepositoryPlace {
  std::string name;     // path below repositories/
  bool hidden = false;  // below a `_` folder: servers cannot see it
  bool through_symbolic_link = false;
  bool other_filesystem = false;
};

// `folder` is the open folder of the repository; it is only borrowed.
RepositoryScan scan_repository(const RepositoryPlace& place, int folder,
                               const StopRequest& stop, ScanProgress& progress);

}  // namespace dregs
