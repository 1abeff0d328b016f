#include "scanner/manifests/manifest_details.h"

#include "scanner/manifests/folded_key.h"
#include "scanner/manifests/go_json.h"
#include "scanner/manifests/manifest_fields.h"

namespace dregs {
namespace {

namespace dom = simdjson::dom;

// The last one counts, whatever its letters' case, as Go has it.
std::string text_at(const dom::object& object, std::string_view key) {
  std::string_view text;
  std::string found;
  for (const dom::key_value_pair field : object)
    if (FoldedKey(field.key).is(key) &&
        field.value.get(text) == simdjson::SUCCESS)
      found = text;
  return found;
}

// format.md#3.3: OCI allows a manifest without its type.
std::string implied_type(ManifestKind kind) {
  switch (kind) {
    case ManifestKind::schema1:
      return "application/vnd.docker.distribution.manifest.v1+json";
    case ManifestKind::oci_manifest:
      return "application/vnd.oci.image.manifest.v1+json";
    case ManifestKind::oci_index:
      return "application/vnd.oci.image.index.v1+json";
    default:
      return {};
  }
}

}  // namespace

std::string platform_of(const dom::object& object) {
  std::string os = text_at(object, "os");
  const std::string architecture = text_at(object, "architecture");
  const std::string variant = text_at(object, "variant");
  if (architecture.empty()) return os;
  return (os.empty() ? "unknown" : os) + "/" + architecture +
         (variant.empty() ? "" : "/" + variant);
}

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
