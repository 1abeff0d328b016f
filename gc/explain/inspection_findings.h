// InspectionFindings collects what is wrong with one image and its parts. One
// thread uses it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/store/blob_content.h"

namespace dregs {

class InspectionFindings {
 public:
  // `who` is what the findings are needed by. Both are borrowed.
  InspectionFindings(const std::string& repository, const std::string& who)
      : repository_(repository), who_(who) {}

  // The reference is good until the next call.
  Finding& add(FindingKind kind, const std::string& digest, std::string detail);
  // Adds what is wrong with the file of a manifest, if anything.
  void add_manifest(const Digest& manifest, BlobContent::State state);
  // The same as add() about a part of `parent`. Only the first kMostOfAKind of
  // each kind and parent are told.
  void add_part(FindingKind kind, const Digest& parent,
                const std::string& digest, const std::string& detail);

  // Returns all of them, sorted. What was left out becomes one more finding of
  // each kind and parent, with its count.
  std::vector<Finding> take();

 private:
  const std::string& repository_;
  const std::string& who_;
  std::vector<Finding> findings_;
  std::map<std::pair<Digest, FindingKind>, std::size_t> told_;
};

}  // namespace dregs
