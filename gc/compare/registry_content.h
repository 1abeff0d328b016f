// RegistryContent is what `dregs diff` compares of one registry. A value, made
// by pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/names/image_ref.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

struct NamedTag {
  std::string repository;
  std::string tag;
  std::optional<Digest> digest;  // none where its link is missing or unsound

  auto operator<=>(const NamedTag&) const = default;
};

struct NamedManifest {
  std::string repository;
  Digest digest;

  auto operator<=>(const NamedManifest&) const = default;
};

struct SizedBlob {
  Digest digest;
  std::uint64_t bytes = 0;

  auto operator<=>(const SizedBlob&) const = default;
};

// Each vector is sorted and has each once.
struct RegistryContent {
  std::vector<NamedTag> tags;
  std::vector<NamedManifest> manifests;  // by the links of revisions
  std::vector<SizedBlob> blobs;          // that are stored
  bool tags_alone = false;  // a saved listing, which does not know the rest
};

// Whether they name the repository; none name all.
bool names_repository(const std::vector<ImageRef>& refs,
                      const std::string& repository);

// Takes all of a store where `refs` is empty. Otherwise takes the repositories
// that they name, and the blobs that these repositories link.
RegistryContent content_of(const Inventory& inventory,
                           const std::vector<ImageRef>& refs);

// Takes the tags from what `dregs ls --json` printed. `name` is the name of the
// file, for messages. Throws std::runtime_error with one line where the text is
// not such a listing, or names no tags.
RegistryContent content_of_listing(const std::string& text,
                                   const std::string& name,
                                   const std::vector<ImageRef>& refs);

}  // namespace dregs
