// What a survey would find once requested removals were carried out: what `rm`
// says that gc would then free, without doing it. Pure.
#pragma once

#include <functional>

#include "gc/decide/requested_removal.h"

namespace dregs {

// Adds to the graph the manifests among these blobs that nobody had read yet;
// see read_more_manifests().
using ReadMore =
    std::function<void(Survey& survey, const BlobsByRepository& blobs)>;

// Positions stay: a repository that went is an empty one. What a damaged link
// of a removed tag led to still counts as needed; a real survey would let it
// go. Layer links that lose their last image may lead to manifests that servers
// serve (format.md#2); without `read_more`, only those count that were read.
Survey survey_after(Survey survey, const RequestedRemoval& request,
                    const ReadMore& read_more = {});

// Why a repository could not be understood, of which nothing goes with its
// tags, revisions and layer links.
std::vector<PinReason> leftover_pins(const Inventory& inventory,
                                     std::uint32_t repository);

}  // namespace dregs
