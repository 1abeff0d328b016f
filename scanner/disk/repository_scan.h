// What the parts of a repository's scan write into, and how they report.
// One object per repository; its parts run one after the other.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "scanner/disk/repository_scanner.h"
#include "scanner/files/link.h"
#include "scanner/formats/layout.h"

namespace dregs {

// What is wrong with a link that is neither sound nor missing; `bad`: its
// content.
inline FindingKind kind_of(const Link& link, FindingKind bad) {
  switch (link.state) {
    case LinkState::unreadable:
      return FindingKind::unreadable_file;
    case LinkState::symbolic:
      return FindingKind::symbolic_link;
    case LinkState::mounted:
      return FindingKind::other_filesystem;
    default:
      return bad;
  }
}

class RepositoryReport {
 public:
  RepositoryReport(RepositoryScan& scan) : scan_(scan) {}

  Repository& repository() { return scan_.repository; }
  const std::string& name() const { return scan_.repository.name; }

  // `below` is relative to the repository.
  Finding& note(FindingKind kind, const std::string& below, std::string detail,
                std::string digest = {}) {
    return scan_.findings.emplace_back(
        make(kind, below, std::move(detail), std::move(digest)));
  }

  // Something that cannot be understood: nothing in the repository goes.
  Finding& pin(FindingKind kind, const std::string& below, std::string detail,
               std::string digest = {}) {
    scan_.repository.pins.push_back({kind, below});
    return note(kind, below, std::move(detail), std::move(digest));
  }

  // A folder that cannot be listed: nobody knows what the repository needs.
  void obstacle(const std::string& below, int error) {
    scan_.obstacles.push_back(
        make(FindingKind::unreadable_folder, below, std::strerror(error), {}));
  }

  void foreign(const std::string& below, std::string detail) {
    if (is_litter_file(layout::last_component(below))) return litter(below);
    scan_.repository.has_foreign_entries = true;
    note(FindingKind::foreign_entry, below, std::move(detail));
  }

  // Of other software: it keeps the folders above it, and nothing else.
  void litter(const std::string& below) {
    scan_.repository.has_foreign_entries = true;
    scan_.litter.add(path(below));
  }

  void temporary(const std::string& below, const FileStatus& status) {
    TemporaryFile file;
    file.path = path(below);
    file.bytes = status.links > 1 ? 0 : status.size;
    file.changed_ns = status.changed_ns;
    file.times = status.times();
    scan_.repository.temporary_files.push_back(std::move(file));
  }

 private:
  std::string path(const std::string& below) const {
    const std::string folder = layout::repository(name());
    return below.empty() ? folder : folder + "/" + below;
  }

  Finding make(FindingKind kind, const std::string& below, std::string detail,
               std::string digest) const {
    Finding finding;
    finding.kind = kind;
    finding.path = path(below);
    finding.repository = name();
    finding.digest = std::move(digest);
    finding.detail = std::move(detail);
    return finding;
  }

  RepositoryScan& scan_;
};

// The parts. `folder` is open and borrowed.
void scan_tags(int folder, const StopRequest& stop, ScanProgress& progress,
               RepositoryReport& report);
void scan_uploads(int folder, const StopRequest& stop,
                  RepositoryReport& report);

}  // namespace dregs
