#include "scanner/manifests/manifest_details.h"

#include "scanner/manifests/described_fields.h"
#include "scanner/manifests/go_json.h"
#include "scanner/manifests/media_types.h"

namespace dregs {
namespace {

// format.md#3.3: OCI allows a manifest without its type.
std::string_view implied_type(ManifestKind kind) {
  switch (kind) {
    case ManifestKind::schema1:
      return kSchema1;
    case ManifestKind::oci_manifest:
      return kOciManifest;
    case ManifestKind::oci_index:
      return kOciIndex;
    default:
      return {};
  }
}

}  // namespace

ManifestDetails describe_manifest(std::string_view bytes) {
  ManifestDetails details;
  details.manifest = parse_manifest(bytes, &details);
  const Manifest& manifest = details.manifest;
  details.media_type = manifest.media_type.empty() ? implied_type(manifest.kind)
                                                   : manifest.media_type;
  return details;
}

ConfigDetails describe_config(std::string_view bytes) {
  ConfigDetails details;
  dom::object top;
  if (!parse_go_object(bytes, top)) return details;
  details.platform = platform_of(top);
  details.created = text_at(top, "created");
  return details;
}

}  // namespace dregs
