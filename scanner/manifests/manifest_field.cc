#include "scanner/manifests/manifest_field.h"

#include "scanner/manifests/media_types.h"

namespace dregs {

std::optional<ManifestField> manifest_field(const FoldedKey& key) {
  if (key.is("config")) return ManifestField::config;
  if (key.is("layers")) return ManifestField::layers;
  if (key.is("manifests")) return ManifestField::manifests;
  if (key.is("blobs")) return ManifestField::blobs;
  if (key.is("fslayers")) return ManifestField::fs_layers;
  if (key.is("subject")) return ManifestField::subject;
  return std::nullopt;
}

bool is_list(ManifestField field) {
  return field != ManifestField::config && field != ManifestField::subject;
}

ReferenceRole role_of(ManifestField field) {
  switch (field) {
    case ManifestField::config:
      return ReferenceRole::config;
    case ManifestField::manifests:
      return ReferenceRole::child;
    case ManifestField::subject:
      return ReferenceRole::subject;
    default:
      return ReferenceRole::layer;
  }
}

ReferenceRole role_of(ManifestField field, std::string_view type) {
  const ReferenceRole role = role_of(field);
  const bool child = role == ReferenceRole::child;
  if (child && !type.empty() && !is_manifest_type(type))
    return ReferenceRole::child_or_blob;
  return role;
}

bool is_decoded(ManifestField field, ManifestKind kind) {
  switch (kind) {
    case ManifestKind::schema1:
      return field == ManifestField::fs_layers;
    case ManifestKind::schema2:
    case ManifestKind::oci_manifest:
      return field == ManifestField::config || field == ManifestField::layers;
    case ManifestKind::manifest_list:
    case ManifestKind::oci_index:
      return field == ManifestField::manifests;
    case ManifestKind::oci_artifact:
      return field == ManifestField::blobs;
    default:
      return field != ManifestField::subject;
  }
}

}  // namespace dregs
