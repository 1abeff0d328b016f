#include "scanner/manifests/manifest_fields.h"

#include "scanner/manifests/described_fields.h"
#include "scanner/manifests/folded_key.h"
#include "scanner/manifests/go_types.h"
#include "scanner/manifests/manifest_field.h"
#include "scanner/manifests/manifest_type.h"
#include "scanner/manifests/written_descriptor.h"

namespace dregs {
namespace {

namespace dom = simdjson::dom;

// "tarsum.v1+sha256:<hex>", of registries before 2.3.
bool is_tarsum(std::string_view text) {
  const std::size_t plus = text.find('+');
  return text.starts_with("tarsum") && plus != std::string_view::npos &&
         DigestText::parse(text.substr(plus + 1)).has_value();
}

// By the grammar of OCI: any algorithm, and something encoded by it.
bool reads_like_a_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         colon + 1 < text.size();
}

// Reads the fields that name blobs, once the manifest's kind is known.
class ReferenceReader {
 public:
  ReferenceReader(Manifest& manifest, ManifestDetails* details)
      : manifest_(manifest), details_(details) {}

  void read(const dom::element& value, ManifestField field) {
    if (is_list(field))
      read_list(value, field);
    else
      read_descriptor(value, field);
  }

  // After all fields. Go merges objects that are said twice.
  void judge_configs() {
    if (configs_without_digest_ > 0 && configs_with_digest_ == 0 &&
        decodes(ManifestField::config))
      manifest_.bad_descriptor = true;
  }

 private:
  bool decodes(ManifestField field) const {
    return is_decoded(field, manifest_.kind);
  }

  void read_list(const dom::element& value, ManifestField field) {
    if (value.is_null()) return;
    dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return wrong_type(field);
    for (const dom::element item : items)
      if (item.is_null())
        without_digest(field, false);
      else
        read_descriptor(item, field);
  }

  void wrong_type(ManifestField field) {
    if (field == ManifestField::subject) manifest_.odd_subject = true;
    if (!decodes(field)) return;
    manifest_.bad_descriptor = true;
    manifest_.refused = true;
  }

  // Servers take a layer that is elsewhere whatever its digest says.
  void without_digest(ManifestField field, bool elsewhere) {
    if (field == ManifestField::config) {
      ++configs_without_digest_;
      return;
    }
    if (field == ManifestField::subject) manifest_.odd_subject = true;
    if (decodes(field) &&
        !(elsewhere && role_of(field) == ReferenceRole::layer))
      manifest_.bad_descriptor = true;
  }

  void read_descriptor(const dom::element& value, ManifestField field) {
    if (value.is_null()) return;
    dom::object object;
    if (value.get(object) != simdjson::SUCCESS) return wrong_type(field);
    const WrittenDescriptor descriptor =
        read_written_descriptor(object, field, manifest_.kind);
    if (descriptor.too_many && decodes(field)) manifest_.bad_descriptor = true;
    if (descriptor.refused && decodes(field)) manifest_.refused = true;
    if (descriptor.count > 1 || descriptor.odd_digest)
      manifest_.ambiguous = true;
    if (descriptor.count == 0) without_digest(field, descriptor.has_urls);
    for (std::size_t i = 0; i < descriptor.count; ++i)
      add(descriptor.digests[i], descriptor, field);
    if (details_ != nullptr) describe_part(descriptor, field, *details_);
  }

  void add(std::string_view text, const WrittenDescriptor& descriptor,
           ManifestField field) {
    const ReferenceRole role = role_of(field, descriptor.media_type);
    const bool subject = role == ReferenceRole::subject;
    const bool may_be_absent = descriptor.has_urls || subject;
    const auto digest = Digest::parse(text);
    // A subject by an algorithm that servers do not know is there all the same
    // for whoever does know it: with --delete-untagged the referrer stays.
    const bool other = DigestText::parse(text) || is_tarsum(text) ||
                       (subject && reads_like_a_digest(text));
    if (digest)
      manifest_.references.push_back(
          {*digest, role, descriptor.has_urls, descriptor.size.value_or(0)});
    else if (other)
      manifest_.other_references.push_back(
          {std::string(text), role, may_be_absent});
    else
      return without_digest(field, descriptor.has_urls);
    if (field == ManifestField::config) ++configs_with_digest_;
  }

  Manifest& manifest_;
  ManifestDetails* details_;
  int configs_with_digest_ = 0;
  int configs_without_digest_ = 0;
};

// Whether both servers decode what else they decode at the top.
bool is_taken(const FoldedKey& key, const dom::element& value,
              ManifestKind kind) {
  if (kind == ManifestKind::oci_manifest && key.is("annotations"))
    return are_text_pairs_or_null(value);
  if (kind == ManifestKind::schema1 &&
      (key.is("name") || key.is("tag") || key.is("architecture")))
    return is_text_or_null(value);
  if (kind == ManifestKind::schema1 && key.is("history"))
    return is_history_or_null(value);
  return true;
}

}  // namespace

void read_manifest_fields(const dom::object& top, Manifest& manifest,
                          ManifestDetails* details) {
  read_manifest_type(top, manifest);
  ReferenceReader references(manifest, details);
  for (const dom::key_value_pair field : top) {
    const FoldedKey key(field.key);
    if (const auto known = manifest_field(key)) {
      references.read(field.value, *known);
      continue;
    }
    if (!is_taken(key, field.value, manifest.kind)) manifest.refused = true;
    if (details != nullptr) describe_field(key, field.value, *details);
  }
  references.judge_configs();
  if (details != nullptr && manifest.kind == ManifestKind::schema1)
    details->platform = platform_of(top);
}

}  // namespace dregs
