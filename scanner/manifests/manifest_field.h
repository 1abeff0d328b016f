// The fields at the top of a manifest that name blobs, whatever its type. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "scanner/manifests/folded_key.h"
#include "scanner/manifests/manifest.h"

namespace dregs {

enum class ManifestField {
  config,
  layers,
  manifests,
  blobs,
  fs_layers,
  subject
};
inline constexpr std::size_t kManifestFields = 6;

// Returns none for a key that names no blobs.
std::optional<ManifestField> manifest_field(const FoldedKey& key);

// Says whether the field holds a list of descriptors. Any other holds one.
bool is_list(ManifestField field);

// Says what the field's descriptors refer to. This one does not ask their
// types.
ReferenceRole role_of(ManifestField field);
// This one asks the type of a descriptor, too. `type` may be empty.
ReferenceRole role_of(ManifestField field, std::string_view type);

// Whether Go decodes the field of a manifest of this kind. Any other field may
// hold what it likes, and servers take and serve it: what can be read of it as
// references is, and nothing else follows from it.
bool is_decoded(ManifestField field, ManifestKind kind);

}  // namespace dregs
