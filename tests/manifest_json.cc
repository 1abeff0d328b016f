#include "tests/manifest_json.h"

#include <nlohmann/json.hpp>

namespace dregs {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson platform_json(const std::string& platform) {
  const std::size_t slash = platform.find('/');
  OrderedJson json;
  json["architecture"] = platform.substr(slash + 1);
  json["os"] = platform.substr(0, slash);
  return json;
}

OrderedJson descriptor_json(const BuiltDescriptor& descriptor) {
  OrderedJson json;
  json["mediaType"] = descriptor.media_type;
  json["digest"] = descriptor.digest;
  json["size"] = descriptor.size;
  if (!descriptor.platform.empty()) {
    json["platform"] = platform_json(descriptor.platform);
  }
  if (!descriptor.urls.empty()) json["urls"] = descriptor.urls;
  return json;
}

void put(OrderedJson& json, const char* key,
         const std::optional<BuiltDescriptor>& value) {
  if (value) json[key] = descriptor_json(*value);
}

void put(OrderedJson& json, const char* key,
         const std::optional<std::vector<BuiltDescriptor>>& values) {
  if (!values) return;
  json[key] = OrderedJson::array();
  for (const BuiltDescriptor& value : *values) {
    json[key].push_back(descriptor_json(value));
  }
}

void put(OrderedJson& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

}  // namespace

std::string manifest_json(const ManifestParts& parts) {
  OrderedJson json;
  // The artifact manifest is the one type without a schemaVersion.
  if (parts.media_type != media::oci_artifact) json["schemaVersion"] = 2;
  put(json, "mediaType", parts.media_type);
  put(json, "artifactType", parts.artifact_type);
  put(json, "config", parts.config);
  put(json, "layers", parts.layers);
  put(json, "manifests", parts.manifests);
  put(json, "blobs", parts.blobs);
  put(json, "subject", parts.subject);
  if (!parts.annotations.empty()) json["annotations"] = parts.annotations;
  return json.dump(2);
}

std::string index_json(const std::string& child_digest) {
  ManifestParts parts;
  parts.manifests = {{{media::oci_image, child_digest, 1}}};
  return manifest_json(parts);
}

std::string schema1_json(std::string_view repository, std::string_view tag,
                         const std::vector<std::string>& layer_digests) {
  OrderedJson json;
  json["schemaVersion"] = 1;
  json["name"] = repository;
  json["tag"] = tag;
  json["architecture"] = "amd64";
  json["fsLayers"] = OrderedJson::array();
  json["history"] = OrderedJson::array();
  for (const std::string& digest : layer_digests) {
    const OrderedJson compatibility = {
        {"id", digest.substr(digest.find(':') + 1)}};
    json["fsLayers"].push_back({{"blobSum", digest}});
    json["history"].push_back({{"v1Compatibility", compatibility.dump()}});
  }
  return json.dump(3);
}

std::string config_json(const std::vector<std::string>& layer_digests,
                        std::string_view created_by) {
  OrderedJson json;
  json["architecture"] = "amd64";
  json["os"] = "linux";
  json["config"] = OrderedJson::object();
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", layer_digests}};
  if (!created_by.empty()) json["history"] = {{{"created_by", created_by}}};
  return json.dump();
}

}  // namespace dregs
