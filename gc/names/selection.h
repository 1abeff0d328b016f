// Which repositories, tags and manifests of a store a user's words name. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/names/image_ref.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

// One thing that was named: a repository; or a tag; or a manifest.
struct Selected {
  std::uint32_t repository = 0;        // position in the inventory
  std::optional<std::uint32_t> tag{};  // position in Repository::tags
  std::optional<Digest> digest{};

  auto operator<=>(const Selected&) const = default;
};

enum class Unmatched { is_an_error, is_nothing };

// Sorted, each once. A word that is somebody's whole name means that one alone,
// though it may look like a glob. Throws SelectionError where a word, glob or
// not, names nothing, and says which names come near.
std::vector<Selected> select(const Inventory& inventory,
                             const std::vector<ImageRef>& refs,
                             Unmatched unmatched = Unmatched::is_an_error);

// Throws as select() does; for whoever needs no more than that.
void require_matches(const Inventory& inventory,
                     const std::vector<ImageRef>& refs);

// The repositories that are nested in those that `ref` names.
ImageRef nested_in(const ImageRef& ref, const Inventory& inventory);

// Every revision and every digest that a tag names; sorted.
std::vector<Digest> manifests_of(const Repository& repository);

// Up to `most` of the names that look most like `wanted`, the nearest first;
// none where none comes near.
std::vector<std::string> nearest_names(const std::string& wanted,
                                       const std::vector<std::string>& names,
                                       std::size_t most = 3);

}  // namespace dregs
