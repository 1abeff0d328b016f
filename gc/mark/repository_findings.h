// RepositoryFindings collects what is wrong with the images of one repository,
// and why the repository cannot be understood. One thread uses it.
#pragma once

#include <cstddef>
#include <cstdint>
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
  // Notes a finding that pins the repository: nothing in it goes.
  Finding& pin(FindingKind kind, std::string digest, std::string path,
               std::string detail);

  // These two note and pin for a part of the current manifest. They tell the
  // first kMostOfAKind findings of each kind, and count the others.
  void note_part(FindingKind kind, std::string digest, std::string path,
                 std::string detail);
  void pin_part(FindingKind kind, std::string digest, std::string path,
                std::string detail);
  // Call it after the last finding of a manifest. Returns how many findings of
  // each kind about that manifest were left out.
  std::vector<std::pair<FindingKind, std::size_t>> take_left_out();

  // One digest may be a layer of one image and the child of an index: what was
  // said of it as one thing hides nothing that it is as another.
  enum class Told : std::uint8_t { as_manifest, absent, empty, unlinked };
  // Returns true only at the first call with both.
  bool first_time(Told what, DigestId id) {
    return seen_
        .insert(std::uint64_t{id} << 8U | static_cast<std::uint64_t>(what))
        .second;
  }

 private:
  void report_part(FindingKind kind, std::string digest, std::string path,
                   std::string detail, bool pins);

  const std::string& repository_;
  std::vector<Finding>& findings_;
  std::vector<PinReason>& pins_;
  std::unordered_set<std::uint64_t> seen_;
  std::map<FindingKind, std::size_t> told_;  // about the current manifest
};

}  // namespace dregs
