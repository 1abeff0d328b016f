// Manifests as text for the tests: every type of format.md#3.3 from one list of
// parts. Written without the engine's parser, so that it stays a second
// opinion. Values; no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

namespace media {
inline constexpr auto schema2 =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr auto docker_list =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr auto docker_config =
    "application/vnd.docker.container.image.v1+json";
inline constexpr auto docker_layer =
    "application/vnd.docker.image.rootfs.diff.tar.gzip";
inline constexpr auto docker_foreign =
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
inline constexpr auto oci_image = "application/vnd.oci.image.manifest.v1+json";
inline constexpr auto oci_index = "application/vnd.oci.image.index.v1+json";
inline constexpr auto oci_config = "application/vnd.oci.image.config.v1+json";
inline constexpr auto oci_layer = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr auto oci_foreign =
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
inline constexpr auto oci_empty = "application/vnd.oci.empty.v1+json";
inline constexpr auto oci_artifact =
    "application/vnd.oci.artifact.manifest.v1+json";
inline constexpr auto buildkit_config =
    "application/vnd.buildkit.cacheconfig.v0";
inline constexpr auto helm_config = "application/vnd.cncf.helm.config.v1+json";
inline constexpr auto helm_chart =
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
}  // namespace media

struct BuiltDescriptor {
  std::string media_type;
  std::string digest;       // "alg:hex"
  std::uintmax_t size = 0;  // bytes
  std::string platform{};   // "os/architecture"; empty: left out
  std::vector<std::string> urls{};
};

// What is not set is not written: OCI allows a manifest without mediaType, and
// an empty array means something else than no array (format.md#3.2).
struct ManifestParts {
  std::string media_type;
  std::string artifact_type;
  std::optional<BuiltDescriptor> config;
  std::optional<std::vector<BuiltDescriptor>> layers;
  std::optional<std::vector<BuiltDescriptor>> manifests;
  std::optional<std::vector<BuiltDescriptor>> blobs;
  std::optional<BuiltDescriptor> subject;
  std::map<std::string, std::string> annotations;
};

std::string manifest_json(const ManifestParts& parts);

// An OCI index of one image, named by any algorithm.
std::string index_json(const std::string& child_digest);

// The unsigned payload that the registry stores for schema1.
std::string schema1_json(std::string_view repository, std::string_view tag,
                         const std::vector<std::string>& layer_digests);

// An image's config: names its layers, so that other layers mean another one.
std::string config_json(const std::vector<std::string>& layer_digests,
                        std::string_view created_by);

}  // namespace dregs
