// Marks what stays of an inventory's blobs and folders. Paths are relative to
// v2. Pure but for the inventory that they change.
#pragma once

#include <string_view>

#include "scanner/inventory/inventory.h"

namespace dregs {

// One blob, or all below a folder of which there are not many.
void keep_blobs_at(Inventory& inventory, std::string_view path);
// One prefix folder of blobs, without what is in it.
void keep_prefix(Inventory& inventory, std::string_view path);
// `folder` is relative to repositories/. With all folders below, or alone.
void keep_namespaces(Inventory& inventory, std::string_view folder, bool below);

}  // namespace dregs
