#include "scanner/manifest.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "scanner/folded_key.h"

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
constexpr std::string_view kOciArtifact =
    "application/vnd.oci.artifact.manifest.v1+json";

bool is_manifest_type(std::string_view type) {
  return type == kSchema2 || type == kManifestList || type == kOciManifest ||
         type == kOciIndex || type == kOciArtifact ||
         type.starts_with("application/vnd.docker.distribution.manifest.v1+");
}

// "tarsum.v1+sha256:<hex>", of registries before 2.3.
bool is_tarsum(std::string_view text) {
  const std::size_t plus = text.find('+');
  return text.starts_with("tarsum") && plus != std::string_view::npos &&
         DigestText::parse(text.substr(plus + 1)).has_value();
}

// Collects what one manifest refers to. Every array that any type of manifest
// uses is read, whatever the type says: a union can only keep more.
class ManifestReader {
 public:
  explicit ManifestReader(Manifest& manifest) : manifest_(manifest) {}

  void read(const dom::object& top) {
    for (const dom::key_value_pair field : top) read_field(field);
    classify();
  }

 private:
  void read_field(const dom::key_value_pair& field) {
    const FoldedKey key(field.key);
    if (key.is("schemaversion")) return read_version(field.value);
    if (key.is("mediatype")) return read_media_type(field.value);
    if (key.is("config")) {
      count(key, seen_config_);
      has_config_ |= !field.value.is_null();
      return read_descriptor(field.value, ReferenceRole::config);
    }
    if (key.is("layers")) {
      count(key, seen_layers_);
      has_layers_ |= !field.value.is_null();
      return read_array(field.value, ReferenceRole::layer);
    }
    if (key.is("manifests")) {
      count(key, seen_manifests_);
      has_manifests_ |= !field.value.is_null();
      return read_array(field.value, ReferenceRole::child);
    }
    if (key.is("blobs")) {
      count(key, seen_blobs_);
      return read_array(field.value, ReferenceRole::layer);
    }
    if (key.is("fslayers")) {
      count(key, seen_fs_layers_);
      return read_array(field.value, ReferenceRole::layer);
    }
    if (key.is("subject")) {
      count(key, seen_subject_);
      return read_descriptor(field.value, ReferenceRole::subject);
    }
  }

  void count(const FoldedKey& key, int& seen) {
    if (++seen > 1 || !key.spelt_as_usual()) manifest_.ambiguous = true;
  }

  void read_version(const dom::element& value) {
    std::int64_t version = 0;
    if (++seen_version_ > 1) manifest_.ambiguous = true;
    if (value.is_null()) return;
    if (value.get(version) != simdjson::SUCCESS)
      manifest_.bad_descriptor = true;
    else
      version_ = version;
  }

  void read_media_type(const dom::element& value) {
    std::string_view text;
    if (++seen_media_type_ > 1) manifest_.ambiguous = true;
    if (value.is_null()) return;
    if (value.get(text) != simdjson::SUCCESS)
      manifest_.bad_descriptor = true;
    else
      manifest_.media_type = text;
  }

  void read_array(const dom::element& value, ReferenceRole role) {
    if (value.is_null()) return;
    dom::array items;
    if (value.get(items) != simdjson::SUCCESS) {
      manifest_.bad_descriptor = true;
      return;
    }
    for (const dom::element item : items) {
      if (item.is_null())
        manifest_.bad_descriptor = true;
      else
        read_descriptor(item, role);
    }
  }

  void read_descriptor(const dom::element& value, ReferenceRole role) {
    if (value.is_null()) return;
    dom::object descriptor;
    if (value.get(descriptor) != simdjson::SUCCESS) {
      manifest_.bad_descriptor = true;
      return;
    }
    std::array<std::string_view, 8> digests;
    std::size_t count = 0;
    bool has_urls = false;
    std::string_view type;
    for (const dom::key_value_pair field : descriptor) {
      const FoldedKey key(field.key);
      if (key.is("digest") || key.is("blobsum")) {
        if (!key.spelt_as_usual()) manifest_.ambiguous = true;
        std::string_view text;
        if (field.value.get(text) != simdjson::SUCCESS ||
            count == digests.size())
          manifest_.bad_descriptor = true;
        else
          digests[count++] = text;
      } else if (key.is("urls")) {
        dom::array urls;
        has_urls |= field.value.get(urls) == simdjson::SUCCESS &&
                    urls.begin() != urls.end();
      } else if (key.is("mediatype")) {
        if (field.value.get(type) != simdjson::SUCCESS) type = {};
      }
    }
    if (count == 0) manifest_.bad_descriptor = true;
    if (count > 1) manifest_.ambiguous = true;
    for (std::size_t i = 0; i < count; ++i)
      add(digests[i], refine(role, type), has_urls);
  }

  static ReferenceRole refine(ReferenceRole role, std::string_view type) {
    const bool child = role == ReferenceRole::child;
    if (child && !type.empty() && !is_manifest_type(type))
      return ReferenceRole::child_or_blob;
    return role;
  }

  void add(std::string_view text, ReferenceRole role, bool has_urls) {
    if (const auto digest = Digest::parse(text))
      manifest_.references.push_back({*digest, role, has_urls});
    else if (DigestText::parse(text) || is_tarsum(text))
      manifest_.other_references.push_back(
          {std::string(text), role,
           has_urls || role == ReferenceRole::subject});
    else
      manifest_.bad_descriptor = true;
  }

  // format.md 3.2, the way the server does it.
  void classify() {
    const std::string& type = manifest_.media_type;
    if (type == kOciArtifact)
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
    const bool image_parts = has_config_ || has_layers_;
    if (has_manifests_ && image_parts) manifest_.ambiguous = true;
  }

  void classify_untyped() {
    if (has_manifests_)
      manifest_.kind = ManifestKind::oci_index;
    else if (has_config_ || has_layers_)
      manifest_.kind = ManifestKind::oci_manifest;
    else
      manifest_.kind = ManifestKind::unknown;
  }

  Manifest& manifest_;
  std::int64_t version_ = 0;
  int seen_version_ = 0;
  int seen_media_type_ = 0;
  int seen_config_ = 0;
  int seen_layers_ = 0;
  int seen_manifests_ = 0;
  int seen_blobs_ = 0;
  int seen_fs_layers_ = 0;
  int seen_subject_ = 0;
  bool has_config_ = false;
  bool has_layers_ = false;
  bool has_manifests_ = false;
};

// Parses into memory that the calling thread keeps for its next manifest.
simdjson::error_code parse_object(std::string_view bytes, dom::object& top) {
  constexpr std::size_t kKeepUpTo = 1024 * 1024;
  thread_local dom::parser parser;
  thread_local std::string padded;
  if (padded.capacity() > kKeepUpTo && bytes.size() <= kKeepUpTo) {
    padded = {};
    parser = dom::parser();
  }
  padded.assign(bytes);
  padded.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);
  if (parser.max_depth() != kDeepestJson)
    if (const auto error = parser.allocate(kKeepUpTo, kDeepestJson))
      return error;
  return parser.parse(padded.data(), bytes.size(), false).get(top);
}

}  // namespace

Appearance appearance_of(std::string_view leading_bytes) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  constexpr std::string_view kBlanks(" \t\r\n\0", 5);
  if (leading_bytes.starts_with(kByteOrderMark)) leading_bytes.remove_prefix(3);
  const std::size_t first = leading_bytes.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return Appearance::blank;
  return leading_bytes[first] == '{' ? Appearance::manifest : Appearance::other;
}

Manifest parse_manifest(std::string_view bytes) {
  Manifest manifest;
  if (appearance_of(bytes) != Appearance::manifest) {
    collect_mentioned_digests(bytes, manifest);
    return manifest;
  }
  // simdjson skips a byte order mark; the server does not.
  dom::object top;
  if (bytes.starts_with("\xef\xbb\xbf") ||
      parse_object(bytes, top) != simdjson::SUCCESS) {
    manifest.kind = ManifestKind::undecodable;
    collect_mentioned_digests(bytes, manifest);
    return manifest;
  }
  ManifestReader(manifest).read(top);
  if (!manifest.understood() || manifest.kind == ManifestKind::oci_artifact)
    collect_mentioned_digests(bytes, manifest);
  return manifest;
}

void collect_mentioned_digests(std::string_view bytes, Manifest& manifest) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 3> kForms = {
      {{"sha256", 64}, {"sha384", 96}, {"sha512", 128}}};
  for (const auto& [algorithm, digits] : kForms) {
    std::size_t at = 0;
    while ((at = bytes.find(algorithm, at)) != std::string_view::npos) {
      at += algorithm.size();
      // ':' may be written as itself or escaped.
      const std::string_view rest = bytes.substr(at);
      const std::size_t skip = rest.starts_with(":")         ? 1
                               : rest.starts_with("\\u003a") ? 6
                               : rest.starts_with("\\u003A") ? 6
                                                             : 0;
      if (skip == 0) continue;
      const std::string text =
          std::string(algorithm) + ":" + std::string(rest.substr(skip, digits));
      if (const auto digest = Digest::parse(text))
        manifest.references.push_back(
            {*digest, ReferenceRole::mentioned, true});
      else if (DigestText::parse(text))
        manifest.other_references.push_back(
            {text, ReferenceRole::mentioned, true});
    }
  }
  std::sort(manifest.references.begin(), manifest.references.end());
}

}  // namespace dregs
