#include "scanner/manifests/described_fields.h"

#include <utility>

namespace dregs {
namespace {

namespace dom = simdjson::dom;

ManifestPart part_of(const WrittenDescriptor& descriptor, ManifestField field) {
  ManifestPart part;
  if (descriptor.count > 0)
    part.digest = descriptor.digests[descriptor.count - 1];
  part.media_type = descriptor.media_type;
  if (descriptor.size && *descriptor.size >= 0)
    part.size = static_cast<std::uint64_t>(*descriptor.size);
  if (descriptor.platform) part.platform = platform_of(*descriptor.platform);
  part.foreign = descriptor.has_urls;
  part.may_be_blob =
      role_of(field, descriptor.media_type) == ReferenceRole::child_or_blob;
  return part;
}

}  // namespace

void describe_field(const FoldedKey& key, const dom::element& value,
                    ManifestDetails& details) {
  std::string_view text;
  dom::object pairs;
  if (key.is("artifacttype") && value.get(text) == simdjson::SUCCESS)
    details.artifact_type = text;
  if (!key.is("annotations") || value.get(pairs) != simdjson::SUCCESS) return;
  for (const dom::key_value_pair pair : pairs)
    if (pair.value.get(text) == simdjson::SUCCESS)
      details.annotations[std::string(pair.key)] = text;
}

void describe_part(const WrittenDescriptor& descriptor, ManifestField field,
                   ManifestDetails& details) {
  ManifestPart part = part_of(descriptor, field);
  // Of a config that is said twice, the second is what servers take; the first
  // is needed all the same, as what is kept has it.
  if (field == ManifestField::config) {
    if (details.config) details.layers.push_back(*details.config);
    details.config = std::move(part);
  } else if (field == ManifestField::subject) {
    details.subject = std::move(part);
  } else if (field == ManifestField::manifests) {
    details.children.push_back(std::move(part));
  } else {
    details.layers.push_back(std::move(part));
  }
}

std::string platform_of(const dom::object& object) {
  std::string os = text_at(object, "os");
  const std::string architecture = text_at(object, "architecture");
  const std::string variant = text_at(object, "variant");
  if (architecture.empty()) return os;
  return (os.empty() ? "unknown" : os) + "/" + architecture +
         (variant.empty() ? "" : "/" + variant);
}

std::string text_at(const dom::object& object, std::string_view key) {
  std::string_view text;
  std::string found;
  for (const dom::key_value_pair field : object)
    if (FoldedKey(field.key).is(key) &&
        field.value.get(text) == simdjson::SUCCESS)
      found = text;
  return found;
}

}  // namespace dregs
