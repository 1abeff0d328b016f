// May files be moved into dregs's own folder beside v2? Asked before anything
// happens, by --trash, --quarantine and the repairs.
#pragma once

#include <string>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/storage/opened_store.h"
#include "scanner/ways/store_parts.h"

namespace dregs {

inline constexpr auto kWithoutTrash = "run without --trash";

// Why no file of v2 can be moved there; tried out, which leaves nothing, where
// `may_try`.
std::vector<Refusal> reasons_not_to_move_aside(int v2, bool may_try,
                                               const std::string& way_out);

// Nothing can be renamed from a part of the store that is elsewhere: the way
// back would lead through a symbolic link, or onto another filesystem. One
// reason for each.
std::vector<Refusal> reasons_not_to_move_aside(
    const OpenedStore& store, const std::vector<StorePart>& parts,
    const std::string& way_out);

}  // namespace dregs
