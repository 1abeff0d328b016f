// What is wrong with a manifest that was named as one, and with its parts, in
// the same words wherever it is said. Pure.
#pragma once

#include "scanner/inventory/finding.h"
#include "scanner/inventory/manifest_graph.h"

namespace dregs {

struct ManifestProblem {
  FindingKind kind{};
  bool pins = false;
  const char* detail = "";

  explicit operator bool() const { return detail[0] != '\0'; }
};

// What makes it not understood, if anything.
ManifestProblem problem_of(const ManifestNode& node);
// The same of one whose bytes hash to its name.
ManifestProblem problem_of_sound(ManifestKind kind, bool bad_descriptor);

inline constexpr const char* kMissingBlobDetail =
    "needed, and not there; pushing the image again heals it";
inline constexpr const char* kMissingLinkDetail =
    "the blob is there, but servers answer 404 without this link; pushing the "
    "image again heals it";
inline constexpr const char* kRefusedDetail =
    "a field is not of the type that servers decode, so they answer 500; it is "
    "kept with all that it names";
inline constexpr const char* kOddSubjectDetail =
    "its subject names nothing that a server could look up; a subject is a "
    "weak reference, so nothing follows from it";

// "declares 5 bytes of sha256:…, which has 7; clients refuse to pull it".
std::string wrong_size_detail(std::uint64_t declared, const std::string& part,
                              std::uint64_t size);

// So many findings of one kind about one manifest are told one by one; the
// others are one more finding with their count, for a manifest may name as
// much that is not there as it likes.
inline constexpr std::size_t kMostOfAKind = 100;

// "and 699,900 more of this kind about the manifest sha256:…".
std::string rest_detail(std::size_t count, const std::string& manifest);

}  // namespace dregs
