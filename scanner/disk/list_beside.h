// list_beside() lists one folder with a link or a blob's data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "scanner/disk/seen_beside.h"

namespace dregs {

using Names = std::span<const std::string_view>;

// What a revision's folder has beside its link.
inline constexpr std::string_view kSignatures = "signatures";

// The folder `name` in `above`, in which `known` are a registry's own. Whether
// it holds something foreign.
bool list_beside(const FolderAbove& above, const std::string& name, Names known,
                 SeenBeside& seen);

}  // namespace dregs
