// The parts of a repository's scan. They run one after the other.
#pragma once

#include "scanner/disk/repository_scanner.h"
#include "scanner/files/descriptor.h"
#include "scanner/inventory/repository_report.h"

namespace dregs {

inline void report_temporary(const std::string& below, const FileStatus& status,
                             RepositoryReport& report) {
  report.temporary(below, status.links > 1 ? 0 : status.size, status.times());
}

// The parts. `folder` is open and borrowed.
void scan_tags(int folder, const StopRequest& stop, ScanProgress& progress,
               RepositoryReport& report);
void scan_uploads(int folder, const StopRequest& stop,
                  RepositoryReport& report);

}  // namespace dregs
