// What a reader of a repository writes into, whatever storage it reads, and how
// it reports. One object per repository, of one thread at a time. Paths are
// relative to the repository, unless it says otherwise.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "scanner/formats/layout.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

struct RepositoryScan {
  Repository repository;
  Litter litter;
  std::vector<Finding> findings;
  std::vector<Finding> obstacles;
};

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
    Finding& finding = note(kind, below, std::move(detail), std::move(digest));
    finding.pins = true;
    return finding;
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

  // `bytes` are those that are free when it is gone.
  void temporary(const std::string& below, std::uint64_t bytes,
                 const FileTimes& times) {
    scan_.repository.temporary_files.push_back(
        {path(below), bytes, times.newest(), times});
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

}  // namespace dregs
