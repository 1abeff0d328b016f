// The one image that a user's word names. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "gc/names/image_ref.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

struct NamedImage {
  std::uint32_t repository = 0;  // position in the inventory
  std::string tag;               // by which it was named, if it was
  Digest digest;

  // REPO:TAG, or REPO@DIGEST.
  std::string text(const Inventory& inventory) const;
};

// Throws SelectionError where `ref` names none or several, or a tag that names
// nothing itself.
NamedImage named_image(const Inventory& inventory, const ImageRef& ref);

}  // namespace dregs
