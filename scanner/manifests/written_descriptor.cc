#include "scanner/manifests/written_descriptor.h"

#include "scanner/manifests/folded_key.h"
#include "scanner/manifests/go_types.h"

namespace dregs {
namespace {

namespace dom = simdjson::dom;

// `own`: it is the key by which Go decodes the digest here.
void read_digest(const dom::element& value, bool own,
                 WrittenDescriptor& descriptor) {
  std::string_view text;
  if (value.is_null()) return;
  if (value.get(text) != simdjson::SUCCESS) {
    descriptor.refused |= own;
    descriptor.too_many |= own;
  } else if (descriptor.count == descriptor.digests.size()) {
    descriptor.too_many = true;
  } else if (!text.empty()) {
    descriptor.digests[descriptor.count++] = text;
  }
}

void read_media_type(const dom::element& value, WrittenDescriptor& descriptor) {
  if (value.get(descriptor.media_type) != simdjson::SUCCESS)
    descriptor.media_type = {};
  descriptor.refused |= !is_text_or_null(value);
}

void read_size(const dom::element& value, WrittenDescriptor& descriptor) {
  std::int64_t size = 0;
  if (value.get(size) == simdjson::SUCCESS) descriptor.size = size;
  descriptor.refused |= !is_integer_or_null(value);
}

void read_urls(const dom::element& value, WrittenDescriptor& descriptor) {
  dom::array urls;
  descriptor.has_urls |=
      value.get(urls) == simdjson::SUCCESS && urls.begin() != urls.end();
  descriptor.refused |= !are_texts_or_null(value);
}

void read_platform(const dom::element& value, ManifestKind kind,
                   WrittenDescriptor& descriptor) {
  dom::object platform;
  if (value.get(platform) == simdjson::SUCCESS) descriptor.platform = platform;
  descriptor.refused |=
      !is_platform_or_null(value, kind == ManifestKind::manifest_list);
}

// What descriptors have beside their digest since schema 2.
void read_other_part(const FoldedKey& key, const dom::element& value,
                     ManifestKind kind, WrittenDescriptor& descriptor) {
  if (key.is("mediatype")) return read_media_type(value, descriptor);
  if (key.is("size")) return read_size(value, descriptor);
  if (key.is("urls")) return read_urls(value, descriptor);
  if (key.is("platform")) return read_platform(value, kind, descriptor);
  if (key.is("annotations"))
    descriptor.refused |= !are_text_pairs_or_null(value);
}

}  // namespace

WrittenDescriptor read_written_descriptor(const dom::object& object,
                                          ManifestField field,
                                          ManifestKind kind) {
  const bool old = field == ManifestField::fs_layers;
  WrittenDescriptor descriptor;
  for (const dom::key_value_pair part : object) {
    const FoldedKey key(part.key);
    const bool old_key = key.is("blobsum");
    if (old_key || key.is("digest")) {
      descriptor.odd_digest |= !key.spelt_as_usual();
      read_digest(part.value, old_key == old, descriptor);
    } else if (!old) {
      read_other_part(key, part.value, kind, descriptor);
    }
  }
  return descriptor;
}

}  // namespace dregs
