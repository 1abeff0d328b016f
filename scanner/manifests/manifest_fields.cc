#include "scanner/manifests/manifest_fields.h"

#include <array>

#include "scanner/manifests/folded_key.h"
#include "scanner/manifests/go_json.h"
#include "scanner/manifests/go_types.h"

namespace dregs {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kSchema2 =
    "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kManifestList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view kOciManifest =
    "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kOciIndex =
    "application/vnd.oci.image.index.v1+json";
// Both were dropped before any release of a registry took them (format.md#3.3).
constexpr std::string_view kOciArtifact =
    "application/vnd.oci.artifact.manifest.v1+json";
constexpr std::string_view kOrasArtifact =
    "application/vnd.cncf.oras.artifact.manifest.v1+json";

bool is_artifact_type(std::string_view type) {
  return type == kOciArtifact || type == kOrasArtifact;
}

bool is_manifest_type(std::string_view type) {
  return type == kSchema2 || type == kManifestList || type == kOciManifest ||
         type == kOciIndex || is_artifact_type(type) ||
         type.starts_with("application/vnd.docker.distribution.manifest.v1+");
}

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

enum class Field { config, layers, manifests, blobs, fs_layers, subject };

ReferenceRole role_of(Field field) {
  switch (field) {
    case Field::config:
      return ReferenceRole::config;
    case Field::manifests:
      return ReferenceRole::child;
    case Field::subject:
      return ReferenceRole::subject;
    default:
      return ReferenceRole::layer;
  }
}

std::optional<Field> field_of(const FoldedKey& key) {
  if (key.is("config")) return Field::config;
  if (key.is("layers")) return Field::layers;
  if (key.is("manifests")) return Field::manifests;
  if (key.is("blobs")) return Field::blobs;
  if (key.is("fslayers")) return Field::fs_layers;
  if (key.is("subject")) return Field::subject;
  return std::nullopt;
}

bool is_list(Field field) {
  return field != Field::config && field != Field::subject;
}

// One descriptor as written.
struct WrittenDescriptor {
  std::array<std::string_view, 8> digests;
  std::size_t count = 0;
  bool too_many = false;
  bool has_urls = false;
  bool refused = false;  // by Go, were it to decode this
  std::string_view media_type;
  std::optional<std::int64_t> size;
  std::string platform;
};

class FieldReader {
 public:
  FieldReader(Manifest& manifest, ManifestDetails* details)
      : manifest_(manifest), details_(details) {}

  void read(const dom::object& top) {
    for (const dom::key_value_pair field : top) look_at(field);
    classify();
    for (const dom::key_value_pair field : top) read_field(field);
    if (details_ != nullptr && manifest_.kind == ManifestKind::schema1)
      details_->platform = platform_of(top);
    // Go merges objects that are said twice.
    if (configs_without_digest_ > 0 && configs_with_digest_ == 0 &&
        decodes(Field::config))
      manifest_.bad_descriptor = true;
  }

 private:
  // What tells the type.
  void look_at(const dom::key_value_pair& field) {
    const FoldedKey key(field.key);
    if (key.is("schemaversion")) return read_version(field.value);
    if (key.is("mediatype")) return read_media_type(field.value);
    const auto known = field_of(key);
    if (!known) return;
    const auto at = static_cast<std::size_t>(*known);
    if (++seen_[at] > 1 || !key.spelt_as_usual()) manifest_.ambiguous = true;
    has_[at] |= !field.value.is_null();
  }

  bool has(Field field) const { return has_[static_cast<std::size_t>(field)]; }

  void read_version(const dom::element& value) {
    if (++seen_version_ > 1) manifest_.ambiguous = true;
    if (!is_integer_or_null(value)) return refuse();
    if (!value.is_null()) version_ = std::int64_t{value};
  }

  void read_media_type(const dom::element& value) {
    if (++seen_media_type_ > 1) manifest_.ambiguous = true;
    if (!is_text_or_null(value)) return refuse();
    if (!value.is_null()) manifest_.media_type = std::string_view{value};
  }

  // Without these nobody knows what the rest means.
  void refuse() {
    manifest_.bad_descriptor = true;
    manifest_.refused = true;
  }

  // format.md#3.2, the way the server does it.
  void classify() {
    const std::string& type = manifest_.media_type;
    if (is_artifact_type(type))
      manifest_.kind = ManifestKind::oci_artifact;
    else if (version_ == 1)
      manifest_.kind = ManifestKind::schema1;
    else if (version_ != 2)
      manifest_.kind = ManifestKind::unknown;
    else if (type.empty())
      classify_untyped();
    else
      manifest_.kind = type == kSchema2        ? ManifestKind::schema2
                       : type == kManifestList ? ManifestKind::manifest_list
                       : type == kOciManifest  ? ManifestKind::oci_manifest
                       : type == kOciIndex     ? ManifestKind::oci_index
                                               : ManifestKind::unknown;
    const bool image_parts = has(Field::config) || has(Field::layers);
    if (has(Field::manifests) && image_parts) manifest_.ambiguous = true;
  }

  void classify_untyped() {
    if (has(Field::manifests))
      manifest_.kind = ManifestKind::oci_index;
    else if (has(Field::config) || has(Field::layers))
      manifest_.kind = ManifestKind::oci_manifest;
    else
      manifest_.kind = ManifestKind::unknown;
  }

  // Whether Go decodes the field of a manifest of this kind. Any other field
  // may hold what it likes, and servers take and serve it: what can be read of
  // it as references is, and nothing else follows from it.
  bool decodes(Field field) const {
    switch (manifest_.kind) {
      case ManifestKind::schema1:
        return field == Field::fs_layers;
      case ManifestKind::schema2:
      case ManifestKind::oci_manifest:
        return field == Field::config || field == Field::layers;
      case ManifestKind::manifest_list:
      case ManifestKind::oci_index:
        return field == Field::manifests;
      case ManifestKind::oci_artifact:
        return field == Field::blobs;
      default:
        return field != Field::subject;
    }
  }

  void read_field(const dom::key_value_pair& field) {
    const FoldedKey key(field.key);
    if (const auto known = field_of(key)) {
      if (is_list(*known)) return read_list(field.value, *known);
      return read_descriptor(field.value, *known);
    }
    if (!is_beside_parts_taken(key, field.value)) manifest_.refused = true;
    if (details_ != nullptr) describe(key, field.value);
  }

  // Whether both servers decode what else they decode at the top.
  bool is_beside_parts_taken(const FoldedKey& key,
                             const dom::element& value) const {
    const ManifestKind kind = manifest_.kind;
    if (kind == ManifestKind::oci_manifest && key.is("annotations"))
      return are_text_pairs_or_null(value);
    if (kind == ManifestKind::schema1 &&
        (key.is("name") || key.is("tag") || key.is("architecture")))
      return is_text_or_null(value);
    if (kind == ManifestKind::schema1 && key.is("history"))
      return is_history_or_null(value);
    return true;
  }

  void describe(const FoldedKey& key, const dom::element& value) {
    std::string_view text;
    dom::object pairs;
    if (key.is("artifacttype") && value.get(text) == simdjson::SUCCESS)
      details_->artifact_type = text;
    if (!key.is("annotations") || value.get(pairs) != simdjson::SUCCESS) return;
    for (const dom::key_value_pair pair : pairs)
      if (pair.value.get(text) == simdjson::SUCCESS)
        details_->annotations[std::string(pair.key)] = text;
  }

  void read_list(const dom::element& value, Field field) {
    if (value.is_null()) return;
    dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return wrong_type(field);
    for (const dom::element item : items)
      if (item.is_null())
        without_digest(field, false);
      else
        read_descriptor(item, field);
  }

  void wrong_type(Field field) {
    if (field == Field::subject) manifest_.odd_subject = true;
    if (!decodes(field)) return;
    manifest_.bad_descriptor = true;
    manifest_.refused = true;
  }

  // Servers take a layer that is elsewhere whatever its digest says.
  void without_digest(Field field, bool elsewhere) {
    if (field == Field::config) {
      ++configs_without_digest_;
      return;
    }
    if (field == Field::subject) manifest_.odd_subject = true;
    if (decodes(field) &&
        !(elsewhere && role_of(field) == ReferenceRole::layer))
      manifest_.bad_descriptor = true;
  }

  void read_descriptor(const dom::element& value, Field field) {
    if (value.is_null()) return;
    dom::object object;
    if (value.get(object) != simdjson::SUCCESS) return wrong_type(field);
    WrittenDescriptor descriptor;
    for (const dom::key_value_pair each : object)
      read_part_of(descriptor, each, field);
    if (descriptor.too_many && decodes(field)) manifest_.bad_descriptor = true;
    if (descriptor.refused && decodes(field)) manifest_.refused = true;
    if (descriptor.count > 1) manifest_.ambiguous = true;
    if (descriptor.count == 0) without_digest(field, descriptor.has_urls);
    for (std::size_t i = 0; i < descriptor.count; ++i)
      add(descriptor.digests[i], descriptor, field);
    if (details_ != nullptr) add_part(descriptor, field);
  }

  void read_part_of(WrittenDescriptor& descriptor,
                    const dom::key_value_pair& each, Field field) {
    const FoldedKey key(each.key);
    const dom::element& value = each.value;
    const bool old = field == Field::fs_layers;
    if (key.is("digest") || key.is("blobsum"))
      return read_digest(descriptor, key, value, key.is("blobsum") == old);
    if (old) return;
    if (key.is("mediatype")) {
      if (value.get(descriptor.media_type) != simdjson::SUCCESS)
        descriptor.media_type = {};
      descriptor.refused |= !is_text_or_null(value);
    } else if (key.is("size")) {
      descriptor.refused |= !is_integer_or_null(value);
      std::int64_t size = 0;
      if (value.get(size) == simdjson::SUCCESS) descriptor.size = size;
    } else if (key.is("urls")) {
      dom::array urls;
      descriptor.has_urls |=
          value.get(urls) == simdjson::SUCCESS && urls.begin() != urls.end();
      descriptor.refused |= !are_texts_or_null(value);
    } else if (key.is("annotations")) {
      descriptor.refused |= !are_text_pairs_or_null(value);
    } else if (key.is("platform")) {
      descriptor.refused |= !is_platform_or_null(
          value, manifest_.kind == ManifestKind::manifest_list);
      dom::object platform;
      if (details_ != nullptr && value.get(platform) == simdjson::SUCCESS)
        descriptor.platform = platform_of(platform);
    }
  }

  // `own`: it is the key by which Go decodes the digest here.
  void read_digest(WrittenDescriptor& descriptor, const FoldedKey& key,
                   const dom::element& value, bool own) {
    if (!key.spelt_as_usual()) manifest_.ambiguous = true;
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

  static ReferenceRole refine(Field field, std::string_view type) {
    const ReferenceRole role = role_of(field);
    const bool child = role == ReferenceRole::child;
    if (child && !type.empty() && !is_manifest_type(type))
      return ReferenceRole::child_or_blob;
    return role;
  }

  void add(std::string_view text, const WrittenDescriptor& descriptor,
           Field field) {
    const ReferenceRole role = refine(field, descriptor.media_type);
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
    if (field == Field::config) ++configs_with_digest_;
  }

  void add_part(const WrittenDescriptor& descriptor, Field field) {
    ManifestPart part;
    if (descriptor.count > 0)
      part.digest = descriptor.digests[descriptor.count - 1];
    part.media_type = descriptor.media_type;
    if (descriptor.size && *descriptor.size >= 0)
      part.size = static_cast<std::uint64_t>(*descriptor.size);
    part.platform = descriptor.platform;
    part.foreign = descriptor.has_urls;
    part.may_be_blob =
        refine(field, descriptor.media_type) == ReferenceRole::child_or_blob;
    // Of a descriptor that is said twice, the second is what servers take; the
    // first is needed all the same, as what is kept has it.
    if (field == Field::config) {
      if (details_->config) details_->layers.push_back(*details_->config);
      details_->config = std::move(part);
    } else if (field == Field::subject) {
      details_->subject = std::move(part);
    } else {
      auto& parts =
          field == Field::manifests ? details_->children : details_->layers;
      parts.push_back(std::move(part));
    }
  }

  Manifest& manifest_;
  ManifestDetails* details_;
  std::int64_t version_ = 0;
  int seen_version_ = 0;
  int seen_media_type_ = 0;
  std::array<int, 6> seen_{};  // by Field
  std::array<bool, 6> has_{};  // and not null
  int configs_with_digest_ = 0;
  int configs_without_digest_ = 0;
};

}  // namespace

void read_manifest_fields(const dom::object& top, Manifest& manifest,
                          ManifestDetails* details) {
  FieldReader(manifest, details).read(top);
}

}  // namespace dregs
