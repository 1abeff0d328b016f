// What a manifest refers to (format.md#3). A pure function of its bytes:
// thread-safe, and hostile input only ever makes it refer to more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/digest.h"

namespace dregs {

enum class ManifestKind : std::uint8_t {
  schema1,
  schema2,
  manifest_list,
  oci_manifest,
  oci_index,
  oci_artifact,
  unknown,      // a JSON object of another type or version
  undecodable,  // looks like JSON, yet is none that a server would accept
  not_json,     // does not begin with '{'
};

enum class ReferenceRole : std::uint8_t {
  config,
  layer,
  child,          // of an index, declared or believed to be a manifest
  child_or_blob,  // of an index, declared to be something else
  subject,        // weak: may be absent
  mentioned,      // a digest anywhere in a manifest that is not understood
};

constexpr bool is_child(ReferenceRole role) {
  return role == ReferenceRole::child || role == ReferenceRole::child_or_blob;
}

struct Reference {
  Digest digest;
  ReferenceRole role{};
  bool may_be_absent = false;  // foreign layers and the like (3.4)
  std::int64_t size = 0;       // bytes, as declared; 0 where nothing is

  auto operator<=>(const Reference&) const = default;
};

// A reference by anything but sha256: the server resolves it through an alias
// link of the repository (3.6).
struct OtherReference {
  std::string digest;
  ReferenceRole role{};
  bool may_be_absent = false;

  auto operator<=>(const OtherReference&) const = default;
};

struct Manifest {
  ManifestKind kind = ManifestKind::not_json;
  std::string media_type;  // as written; often empty for OCI
  std::vector<Reference> references;
  std::vector<OtherReference> other_references;
  bool ambiguous = false;       // duplicate or oddly spelt keys, mixed types
  bool bad_descriptor = false;  // one without a usable digest
  bool odd_subject = false;     // names nothing that a server could look up
  // A field is not of the type that servers decode: they answer 500, while
  // all that the manifest needs may be known.
  bool refused = false;

  // Nothing that it needs can have escaped the parser.
  bool understood() const {
    return kind != ManifestKind::unknown && kind != ManifestKind::undecodable &&
           !bad_descriptor;
  }
};

// Servers since 2.7 neither accept nor serve larger manifests.
inline constexpr std::size_t kLargestServedManifest = 4'194'304;
// What is parsed all the same; beyond this a manifest is not understood.
inline constexpr std::size_t kLargestParsedManifest = 64 * 1024 * 1024;

struct ManifestDetails;

// Whether servers up to 2.8 serve manifests of this kind.
constexpr bool is_served(ManifestKind kind) {
  return kind == ManifestKind::schema1 || kind == ManifestKind::schema2 ||
         kind == ManifestKind::manifest_list ||
         kind == ManifestKind::oci_manifest || kind == ManifestKind::oci_index;
}

// `details`, where it is not null, becomes what manifest_details.h tells.
Manifest parse_manifest(std::string_view bytes,
                        ManifestDetails* details = nullptr);

enum class Appearance : std::uint8_t {
  manifest,  // begins with '{' behind JSON white space
  blank,     // nothing but that, or zeros, so far
  other,
};

// Whether bytes could be a manifest at all.
Appearance appearance_of(std::string_view leading_bytes);

// Everything in the text that reads like a digest, for manifests that cannot
// be understood. Finds more than there is, never less.
void collect_mentioned_digests(std::string_view bytes, Manifest& manifest);

}  // namespace dregs
