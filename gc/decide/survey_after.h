// What a survey would find once requested removals were carried out: what `rm`
// says that gc would then free, without doing it. Pure.
#pragma once

#include "gc/decide/requested_removal.h"

namespace dregs {

// Positions stay: a repository that went is an empty one. What a damaged link
// of a removed tag led to still counts as needed; a real survey would let it
// go.
Survey survey_after(Survey survey, const RequestedRemoval& request);

// Why a repository could not be understood, of which nothing goes with its
// tags, revisions and layer links.
std::vector<PinReason> leftover_pins(const Inventory& inventory,
                                     std::uint32_t repository);

}  // namespace dregs
