// RepositoryFindings collects what is wrong with the images of one repository,
// and why the repository cannot be understood. One thread uses it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

class RepositoryFindings {
 public:
  // The findings and the reasons to pin are added to these vectors. All three
  // are borrowed.
  RepositoryFindings(const std::string& repository,
                     std::vector<Finding>& findings,
                     std::vector<PinReason>& pins)
      : repository_(repository), findings_(findings), pins_(pins) {}

  // `path` is relative to the v2 folder. An empty one is the repository's own.
  Finding& note(FindingKind kind, std::string digest, std::string path,
                std::string detail);
  // The same, and nothing in the repository goes.
  Finding& pin(FindingKind kind, std::string digest, std::string path,
               std::string detail);

  // The same about a part of the manifest at hand. Only the first kMostOfAKind
  // of each kind are told.
  void note_part(FindingKind kind, std::string digest, std::string path,
                 std::string detail);
  void pin_part(FindingKind kind, std::string digest, std::string path,
                std::string detail);
  // Ends the manifest at hand. Returns how many findings of each kind were left
  // out.
  std::vector<std::pair<FindingKind, std::size_t>> take_left_out();

  // Is true once per digest, however often something names it.
  bool first_time(DigestId id) { return seen_.insert(id).second; }

 private:
  void report_part(FindingKind kind, std::string digest, std::string path,
                   std::string detail, bool pins);

  const std::string& repository_;
  std::vector<Finding>& findings_;
  std::vector<PinReason>& pins_;
  std::unordered_set<DigestId> seen_;
  std::map<FindingKind, std::size_t> told_;  // about the manifest at hand
};

}  // namespace dregs
