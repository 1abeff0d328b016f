// Differences are what two registries do not have in common: the result of
// `dregs diff`. A value, made by a pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/compare/registry_content.h"

namespace dregs {

enum class Where { both, only_a, only_b };

struct TagDifference {
  std::string repository;
  std::string tag;
  Where where{};  // both: it names something else there
  std::optional<Digest> a{};
  std::optional<Digest> b{};
};

struct ManifestDifference {
  NamedManifest manifest;
  Where where{};  // one of them alone
};

struct BlobDifference {
  Digest digest;
  Where where{};        // both: with another number of bytes
  std::uint64_t a = 0;  // bytes
  std::uint64_t b = 0;
};

// Each vector is sorted.
struct Differences {
  bool tags_alone = false;  // the other two were not compared
  std::vector<TagDifference> tags;
  std::vector<ManifestDifference> manifests;
  std::vector<BlobDifference> blobs;

  bool any() const {
    return !tags.empty() || !manifests.empty() || !blobs.empty();
  }
};

Differences compare(const RegistryContent& a, const RegistryContent& b);

}  // namespace dregs
