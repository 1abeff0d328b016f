// What a manifest says of its parts, for people: sizes, types, platforms.
// Nothing is concluded from it; what is kept is decided by manifest.h alone.
// Both are read at once, by manifest_fields.h. Pure and thread-safe; hostile
// input only ever makes it say less.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/manifests/manifest.h"

namespace dregs {

// A descriptor (format.md#3.2), as written; raw bytes from the manifest.
struct ManifestPart {
  std::string digest;                   // any algorithm
  std::string media_type;               // may be empty
  std::optional<std::uint64_t> size{};  // bytes
  std::string platform{};               // "linux/arm64/v8"; of index children
  bool foreign = false;                 // has urls, so it may be elsewhere
  bool may_be_blob = false;  // an index child of another type than a manifest's
};

struct ManifestDetails {
  Manifest manifest;       // what is concluded from the same reading
  std::string media_type;  // as written, or what servers take it for
  std::string artifact_type;
  std::string platform;  // of a schema1 image
  std::optional<ManifestPart> config;
  std::vector<ManifestPart> layers;    // or an artifact's blobs
  std::vector<ManifestPart> children;  // of an index
  std::optional<ManifestPart> subject;
  std::map<std::string, std::string> annotations;
};

ManifestDetails describe_manifest(std::string_view bytes);

// What an image's config says.
struct ConfigDetails {
  std::string platform;  // empty where it says none
  std::string created;   // as written
};

ConfigDetails describe_config(std::string_view bytes);

}  // namespace dregs
