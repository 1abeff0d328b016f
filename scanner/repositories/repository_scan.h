// The parts of a repository's scan. They run one after the other.
#pragma once

#include <string>

#include "scanner/files/descriptor.h"
#include "scanner/inventory/repository_report.h"
#include "scanner/inventory/scan_progress.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// One repository at work. Everything is borrowed.
struct RepositoryFolder {
  int at = -1;               // open
  std::uint64_t device = 0;  // FileStatus
  const StopRequest& stop;
  ScanProgress& progress;
  RepositoryReport& report;

  Repository& repository() const { return report.repository(); }
};

// Opens a folder of the repository's own structure; invalid where there is
// none. Whatever is odd about it is reported, and pins. `below` is relative to
// the repository, here and below.
Descriptor open_part(const RepositoryFolder& from, const std::string& below);

// Whether nothing but temporary files is left in a folder without its link,
// which is called `name` in the open folder `above`. What is left is reported.
bool is_left_over(const RepositoryFolder& from, int above,
                  const std::string& name, const std::string& below);

// Where links of one kind go, and what a bad one is called.
struct LinkDestination {
  std::string folder;  // relative to the repository
  FindingKind bad{};
  std::vector<Digest>& digests;
  std::vector<Digest>& empty;  // folders whose link is gone
};

// Whether there is such a folder.
bool read_links(const RepositoryFolder& from, const LinkDestination& to);

// _manifests/revisions. `revisions` is open and borrowed.
void scan_revisions(const RepositoryFolder& from, int revisions);
// _layers, where there is one.
void scan_layers(const RepositoryFolder& from);
// _manifests/tags and _uploads. `folder` is open and borrowed.
void scan_tags(int folder, const StopRequest& stop, ScanProgress& progress,
               RepositoryReport& report);
void scan_uploads(int folder, const StopRequest& stop,
                  RepositoryReport& report);

inline void report_temporary(const std::string& below, const FileStatus& status,
                             RepositoryReport& report) {
  report.temporary(below, status.links > 1 ? 0 : status.size, status.times());
}

}  // namespace dregs
