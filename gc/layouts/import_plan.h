// An ImportPlan says what an OCI layout brings into a store, and in which order
// that is written. It reads both and changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/layouts/layout_source.h"
#include "scanner/store/store_reader.h"

namespace dregs {

struct ImportedTag {
  std::string repository;
  std::string tag;
  Digest digest;
  std::optional<Digest> before;  // what it names now

  auto operator<=>(const ImportedTag&) const = default;
};

// Names a manifest or a layer, and the repository that gets a link to it.
struct ImportedLink {
  std::string repository;
  Digest digest;

  auto operator<=>(const ImportedLink&) const = default;
};

struct ImportPlan {
  std::vector<Digest> blobs;            // that the store lacks; sorted
  std::uint64_t bytes = 0;              // of them
  std::uint64_t there = 0;              // blobs that the store has
  std::vector<ImportedLink> layers;     // sorted
  std::vector<ImportedLink> manifests;  // what another one needs comes first
  std::vector<ImportedTag> tags;        // sorted
};

// A name in the layout is REPO:TAG or REPO@sha256:HEX. A name that is a tag
// alone needs `repository`; where it is given, everything goes there, under its
// tag. What has no name goes where its subject goes. Throws std::runtime_error
// with one line where a part is in neither of the two, where the layout holds
// what no server takes, and where nobody can tell whose an image is.
ImportPlan plan_import(const LayoutSource& layout, const StoreReader& store,
                       const std::optional<std::string>& repository);

}  // namespace dregs
