// The media types of manifests (format.md#3.3).
#pragma once

#include <string_view>

namespace dregs {

inline constexpr std::string_view kSchema1 =
    "application/vnd.docker.distribution.manifest.v1+json";
inline constexpr std::string_view kSchema2 =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kManifestList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kOciManifest =
    "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex =
    "application/vnd.oci.image.index.v1+json";
// Both were dropped before any release of a registry took them.
inline constexpr std::string_view kOciArtifact =
    "application/vnd.oci.artifact.manifest.v1+json";
inline constexpr std::string_view kOrasArtifact =
    "application/vnd.cncf.oras.artifact.manifest.v1+json";

inline bool is_artifact_type(std::string_view type) {
  return type == kOciArtifact || type == kOrasArtifact;
}

inline bool is_manifest_type(std::string_view type) {
  return type == kSchema2 || type == kManifestList || type == kOciManifest ||
         type == kOciIndex || is_artifact_type(type) ||
         type.starts_with("application/vnd.docker.distribution.manifest.v1+");
}

}  // namespace dregs
