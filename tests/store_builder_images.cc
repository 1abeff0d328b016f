// What clients push: the manifest types of format.md#3.3.
#include <openssl/evp.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "scanner/formats/sha256.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

std::vector<std::string> texts(
    const std::vector<BuiltDescriptor>& descriptors) {
  std::vector<std::string> digests;
  digests.reserve(descriptors.size());
  for (const BuiltDescriptor& descriptor : descriptors) {
    digests.push_back(descriptor.digest);
  }
  return digests;
}

// What an index says of its child. A child that is no manifest is a layer, as
// in BuildKit's cache; one that is not there is taken for an image.
std::string media_type_of(const std::string& bytes) {
  if (bytes.empty()) return media::oci_image;
  const auto manifest = nlohmann::json::parse(bytes, nullptr, false);
  if (!manifest.is_object()) return media::oci_layer;
  const auto said = manifest.find("mediaType");
  if (said != manifest.end()) return *said;
  return manifest.contains("manifests") ? media::oci_index : media::oci_image;
}

}  // namespace

std::string sha512_text(std::string_view content) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(content.data(), content.size(), bytes, &size, EVP_sha512(),
                 nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-512");
  }
  std::string text = "sha512:";
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

BuiltDescriptor StoreBuilder::describe(const std::string& media_type,
                                       const Digest& digest) const {
  return {media_type, digest.to_string(), read(blob_path(digest)).size()};
}

BuiltDescriptor StoreBuilder::describe_child(
    const Digest& digest, const IndexOptions& options) const {
  const bool asked = !options.child_media_type.empty();
  return describe(
      asked ? options.child_media_type : media_type_of(read(blob_path(digest))),
      digest);
}

BuiltDescriptor StoreBuilder::describe_layer(const std::string& repository,
                                             const std::string& content,
                                             const ImageOptions& options) {
  const Digest digest = layer(repository, content);
  const std::string type =
      options.docker ? media::docker_layer : media::oci_layer;
  if (!options.sha512_layers) return describe(type, digest);
  const std::string name = sha512_text(content);
  alias_link(repository, name, digest);
  return {type, name, content.size()};
}

std::vector<BuiltDescriptor> StoreBuilder::push_all(
    const std::string& repository, const std::string& media_type,
    const std::vector<std::string>& contents) {
  std::vector<BuiltDescriptor> descriptors;
  descriptors.reserve(contents.size());
  for (const std::string& content : contents) {
    descriptors.push_back(describe(media_type, layer(repository, content)));
  }
  return descriptors;
}

void StoreBuilder::add_layers(ManifestParts& parts,
                              const std::string& repository,
                              const std::vector<std::string>& layers,
                              const ImageOptions& options) {
  parts.layers.emplace();
  for (const std::string& content : layers) {
    parts.layers->push_back(describe_layer(repository, content, options));
  }
  for (const std::string& content : options.foreign_layers) {
    parts.layers->push_back(
        {options.docker ? media::docker_foreign : media::oci_foreign,
         sha256(content).to_string(),
         content.size(),
         "",
         {"https://example.org/" + content}});
  }
}

BuiltImage StoreBuilder::image(const std::string& repository,
                               const std::string& tag,
                               const std::vector<std::string>& layers,
                               const ImageOptions& options) {
  ManifestParts parts;
  const bool says_type = options.docker || options.media_type;
  if (says_type) {
    parts.media_type = options.docker ? media::schema2 : media::oci_image;
  }
  parts.artifact_type = options.artifact_type;
  parts.annotations = options.annotations;
  add_layers(parts, repository, layers, options);
  const std::string config =
      config_json(texts(*parts.layers), options.created_by);
  BuiltImage image;
  image.config = layer(repository, config);
  for (const std::string& content : layers) {
    image.layers.push_back(blob(content));
  }
  parts.config = describe(
      options.docker ? media::docker_config : media::oci_config, image.config);
  if (options.subject) {
    parts.subject = describe(media::oci_image, *options.subject);
  }
  image.manifest = manifest_bytes(repository, tag, manifest_json(parts));
  return image;
}

Digest StoreBuilder::index(const std::string& repository,
                           const std::string& tag,
                           const std::vector<Digest>& children,
                           const IndexOptions& options) {
  ManifestParts parts;
  const bool says_type = options.docker || options.media_type;
  if (says_type) {
    parts.media_type = options.docker ? media::docker_list : media::oci_index;
  }
  parts.manifests.emplace();
  for (const Digest& child : children) {
    BuiltDescriptor descriptor = describe_child(child, options);
    const std::size_t position = parts.manifests->size();
    if (position < options.platforms.size()) {
      descriptor.platform = options.platforms[position];
    }
    parts.manifests->push_back(descriptor);
  }
  if (options.subject) {
    parts.subject = describe(media::oci_image, *options.subject);
  }
  parts.annotations = options.annotations;
  return manifest_bytes(repository, tag, manifest_json(parts));
}

Digest StoreBuilder::schema1(const std::string& repository,
                             const std::string& tag,
                             const std::vector<std::string>& layers,
                             int signatures) {
  const auto pushed = push_all(repository, "", layers);
  const Digest digest = manifest_bytes(
      repository, tag, schema1_json(repository, tag, texts(pushed)));
  const std::string link = revision_path(repository, digest);
  const std::string folder = link.substr(0, link.size() - 4) + "signatures/";
  for (int i = 0; i < signatures; ++i) {
    const Digest signature =
        blob("signature " + std::to_string(i) + " of " + digest.hex());
    write(folder + "sha256/" + signature.hex() + "/link",
          signature.to_string());
  }
  return digest;
}

BuiltImage StoreBuilder::helm(const std::string& repository,
                              const std::string& tag,
                              const std::string& chart) {
  ManifestParts parts;
  parts.media_type = media::oci_image;
  BuiltImage image;
  image.config = layer(repository, "{\"name\":\"" + chart + "\"}");
  image.layers = {layer(repository, chart)};
  parts.config = describe(media::helm_config, image.config);
  parts.layers = {{describe(media::helm_chart, image.layers[0])}};
  image.manifest = manifest_bytes(repository, tag, manifest_json(parts));
  return image;
}

Digest StoreBuilder::artifact(const std::string& repository,
                              const std::string& tag,
                              const std::vector<std::string>& blobs,
                              std::optional<Digest> subject) {
  ManifestParts parts;
  parts.media_type = media::oci_artifact;
  parts.artifact_type = "application/vnd.example.sbom";
  parts.blobs = push_all(repository, "text/plain", blobs);
  if (subject) parts.subject = describe(media::oci_image, *subject);
  return manifest_bytes(repository, tag, manifest_json(parts));
}

Digest StoreBuilder::buildkit_cache(const std::string& repository,
                                    const std::string& tag,
                                    const std::vector<std::string>& layers) {
  ManifestParts parts;
  parts.media_type = media::oci_index;
  parts.manifests = push_all(repository, media::oci_layer, layers);
  nlohmann::json config = {{"layers", nlohmann::json::array()}};
  for (const BuiltDescriptor& layer : *parts.manifests) {
    config["layers"].push_back({{"blob", layer.digest}});
  }
  parts.manifests->push_back(
      describe(media::buildkit_config, layer(repository, config.dump())));
  return manifest_bytes(repository, tag, manifest_json(parts));
}

BuiltImage StoreBuilder::referrer(const std::string& repository,
                                  const Digest& subject,
                                  const std::string& content) {
  ManifestParts parts;
  parts.media_type = media::oci_image;
  parts.artifact_type = "application/vnd.cncf.notary.signature";
  BuiltImage image;
  image.config = layer(repository, "{}");
  image.layers = {layer(repository, content)};
  parts.config = describe(media::oci_empty, image.config);
  parts.layers = {{describe("application/jose+json", image.layers[0])}};
  parts.subject = describe(media::oci_image, subject);
  image.manifest = manifest_bytes(repository, "", manifest_json(parts));
  return image;
}

BuiltImage StoreBuilder::cosign_signature(const std::string& repository,
                                          const Digest& subject) {
  ImageOptions options;
  options.annotations["dev.cosignproject.cosign/signature"] = "MEUCIQ==";
  return image(repository, "sha256-" + subject.hex() + ".sig",
               {"{\"critical\":\"" + subject.hex() + "\"}"}, options);
}

}  // namespace dregs
