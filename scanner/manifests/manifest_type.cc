#include "scanner/manifests/manifest_type.h"

#include <array>

#include "scanner/manifests/folded_key.h"
#include "scanner/manifests/go_types.h"
#include "scanner/manifests/manifest_field.h"
#include "scanner/manifests/media_types.h"

namespace dregs {
namespace {

namespace dom = simdjson::dom;

// What is there at the top, and how often.
struct TopFields {
  std::int64_t version = 0;
  int versions = 0;
  int media_types = 0;
  std::array<int, kManifestFields> seen{};  // by ManifestField
  std::array<bool, kManifestFields> not_null{};

  bool has(ManifestField field) const {
    return not_null[static_cast<std::size_t>(field)];
  }
};

// Without the version and the type nobody knows what the rest means.
void refuse(Manifest& manifest) {
  manifest.bad_descriptor = true;
  manifest.refused = true;
}

void read_version(const dom::element& value, TopFields& top,
                  Manifest& manifest) {
  if (++top.versions > 1) manifest.ambiguous = true;
  if (!is_integer_or_null(value)) return refuse(manifest);
  if (!value.is_null()) top.version = std::int64_t{value};
}

void read_media_type(const dom::element& value, TopFields& top,
                     Manifest& manifest) {
  if (++top.media_types > 1) manifest.ambiguous = true;
  if (!is_text_or_null(value)) return refuse(manifest);
  if (!value.is_null()) manifest.media_type = std::string_view{value};
}

void look_at(const dom::key_value_pair& field, TopFields& top,
             Manifest& manifest) {
  const FoldedKey key(field.key);
  if (key.is("schemaversion")) return read_version(field.value, top, manifest);
  if (key.is("mediatype")) return read_media_type(field.value, top, manifest);
  const auto known = manifest_field(key);
  if (!known) return;
  const auto at = static_cast<std::size_t>(*known);
  if (++top.seen[at] > 1 || !key.spelt_as_usual()) manifest.ambiguous = true;
  top.not_null[at] |= !field.value.is_null();
}

bool has_image_parts(const TopFields& top) {
  return top.has(ManifestField::config) || top.has(ManifestField::layers);
}

ManifestKind untyped_kind(const TopFields& top) {
  if (top.has(ManifestField::manifests)) return ManifestKind::oci_index;
  return has_image_parts(top) ? ManifestKind::oci_manifest
                              : ManifestKind::unknown;
}

ManifestKind kind_of(std::string_view type, const TopFields& top) {
  if (is_artifact_type(type)) return ManifestKind::oci_artifact;
  if (top.version == 1) return ManifestKind::schema1;
  if (top.version != 2) return ManifestKind::unknown;
  if (type.empty()) return untyped_kind(top);
  if (type == kSchema2) return ManifestKind::schema2;
  if (type == kManifestList) return ManifestKind::manifest_list;
  if (type == kOciManifest) return ManifestKind::oci_manifest;
  if (type == kOciIndex) return ManifestKind::oci_index;
  return ManifestKind::unknown;
}

}  // namespace

void read_manifest_type(const dom::object& top, Manifest& manifest) {
  TopFields fields;
  for (const dom::key_value_pair field : top) look_at(field, fields, manifest);
  manifest.kind = kind_of(manifest.media_type, fields);
  if (fields.has(ManifestField::manifests) && has_image_parts(fields))
    manifest.ambiguous = true;
}

}  // namespace dregs
