#include "gc/mark/manifest_problem.h"

namespace dregs {

ManifestProblem problem_of(const ManifestNode& node) {
  switch (node.state) {
    case ManifestState::corrupt:
      return {FindingKind::corrupt_manifest, true,
              "its bytes do not hash to its name; once it is moved away, "
              "pushing the image again heals it"};
    case ManifestState::unreadable:
      return {FindingKind::unreadable_manifest, true, "cannot be read"};
    case ManifestState::too_large:
      return {FindingKind::oversized_manifest, true,
              "larger than dregs reads as a manifest"};
    case ManifestState::opaque:
      return {};
    case ManifestState::sound:
      break;
  }
  return problem_of_sound(node.kind, node.bad_descriptor);
}

ManifestProblem problem_of_sound(ManifestKind kind, bool bad_descriptor) {
  if (kind == ManifestKind::not_json)
    return {FindingKind::not_a_manifest, false,
            "a blob that is not a manifest, named as one; it is kept"};
  if (kind == ManifestKind::oci_artifact)
    return {FindingKind::unknown_manifest, false,
            "an artifact manifest of OCI or ORAS, which no registry of today "
            "serves; it is kept with all that it names"};
  if (kind == ManifestKind::undecodable)
    return {FindingKind::unknown_manifest, true,
            "not JSON as the registry reads it"};
  if (kind == ManifestKind::unknown)
    return {FindingKind::unknown_manifest, true,
            "of a type or schemaVersion that dregs does not know"};
  if (bad_descriptor)
    return {FindingKind::bad_descriptor, true,
            "holds a descriptor without a usable digest"};
  return {};
}

std::string wrong_size_detail(std::uint64_t declared, const std::string& part,
                              std::uint64_t size) {
  return "declares " + std::to_string(declared) + " bytes of " + part +
         ", which has " + std::to_string(size) +
         " and is sound; clients may refuse to pull it";
}

std::string rest_detail(std::size_t count, const std::string& manifest) {
  return "and " + std::to_string(count) +
         " more of this kind about the manifest " + manifest;
}

}  // namespace dregs
