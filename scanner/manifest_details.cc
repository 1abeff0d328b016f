#include "scanner/manifest_details.h"

#include <simdjson.h>

#include <set>

namespace dregs {
namespace {

namespace dom = simdjson::dom;

std::string text_at(const dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text)
                                                    : std::string();
}

// "os/architecture" and the variant, where there is one.
std::string platform_of(const dom::object& object) {
  std::string os = text_at(object, "os");
  const std::string architecture = text_at(object, "architecture");
  const std::string variant = text_at(object, "variant");
  if (architecture.empty()) return os;
  return (os.empty() ? "unknown" : os) + "/" + architecture +
         (variant.empty() ? "" : "/" + variant);
}

ManifestPart read_part(const dom::object& descriptor) {
  ManifestPart part;
  part.digest = text_at(descriptor, "digest");
  if (part.digest.empty()) part.digest = text_at(descriptor, "blobSum");
  part.media_type = text_at(descriptor, "mediaType");
  std::uint64_t size = 0;
  if (descriptor["size"].get(size) == simdjson::SUCCESS) part.size = size;
  dom::object platform;
  if (descriptor["platform"].get(platform) == simdjson::SUCCESS)
    part.platform = platform_of(platform);
  dom::array urls;
  part.foreign = descriptor["urls"].get(urls) == simdjson::SUCCESS &&
                 urls.begin() != urls.end();
  return part;
}

std::optional<ManifestPart> part_at(const dom::object& top,
                                    std::string_view key) {
  dom::object descriptor;
  if (top[key].get(descriptor) != simdjson::SUCCESS) return std::nullopt;
  return read_part(descriptor);
}

void add_parts(const dom::object& top, std::string_view key,
               std::vector<ManifestPart>& parts) {
  dom::array items;
  if (top[key].get(items) != simdjson::SUCCESS) return;
  for (const dom::element item : items) {
    dom::object descriptor;
    if (item.get(descriptor) == simdjson::SUCCESS)
      parts.push_back(read_part(descriptor));
  }
}

void mark_blobs(const Manifest& manifest, std::vector<ManifestPart>& children) {
  std::set<std::string> blobs;
  for (const Reference& reference : manifest.references)
    if (reference.role == ReferenceRole::child_or_blob)
      blobs.insert(reference.digest.to_string());
  for (ManifestPart& child : children)
    child.may_be_blob = blobs.contains(child.digest);
}

// format.md 3.3: OCI allows a manifest without its type.
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

bool parse_object(dom::parser& parser, std::string_view bytes,
                  dom::object& top) {
  return parser.parse(bytes.data(), bytes.size()).get(top) == simdjson::SUCCESS;
}

}  // namespace

ManifestDetails describe_manifest(std::string_view bytes) {
  ManifestDetails details;
  const Manifest manifest = parse_manifest(bytes);
  details.kind = manifest.kind;
  details.media_type = manifest.media_type.empty() ? implied_type(manifest.kind)
                                                   : manifest.media_type;
  dom::parser parser;
  dom::object top;
  if (!parse_object(parser, bytes, top)) return details;
  details.artifact_type = text_at(top, "artifactType");
  if (details.kind == ManifestKind::schema1)
    details.platform = platform_of(top);
  details.config = part_at(top, "config");
  for (const char* key : {"layers", "blobs", "fsLayers"})
    add_parts(top, key, details.layers);
  add_parts(top, "manifests", details.children);
  mark_blobs(manifest, details.children);
  details.subject = part_at(top, "subject");
  dom::object annotations;
  if (top["annotations"].get(annotations) == simdjson::SUCCESS)
    for (const dom::key_value_pair each : annotations) {
      std::string_view value;
      if (each.value.get(value) == simdjson::SUCCESS)
        details.annotations[std::string(each.key)] = value;
    }
  return details;
}

ConfigDetails describe_config(std::string_view bytes) {
  ConfigDetails details;
  dom::parser parser;
  dom::object top;
  if (!parse_object(parser, bytes, top)) return details;
  details.platform = platform_of(top);
  details.created = text_at(top, "created");
  return details;
}

}  // namespace dregs
