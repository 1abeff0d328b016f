// The tags that `dregs ls` lists, and what it says of each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/reports/ls_report.h"
#include "gc/names/selection.h"
#include "scanner/inventory/stop_request.h"
#include "scanner/store/store_reader.h"

namespace dregs {

enum class LsOrder { name, pushed, pulled, size };

// Of all that was selected, in its order. `untagged`: with the manifests that
// no tag names.
std::vector<ListedTag> listed_tags(const std::vector<Selected>& selected,
                                   const Inventory& inventory,
                                   const StoreReader& reader, bool untagged);

// What was pushed after `newest_ns` goes, by what is known. What may be young,
// for nobody knows when it was pushed, is not old.
void drop_young(std::vector<ListedTag>& tags, std::int64_t newest_ns);

// By what the file tells that `dregs pulls` keeps. Throws where it cannot be
// read.
void add_pulls(std::vector<ListedTag>& tags, const std::string& pulls_file,
               const StoreReader& reader);

// Several threads read.
void read_images(std::vector<ListedTag>& tags, const StoreReader& reader,
                 const StopRequest& stop);

// The newest or largest first, those of which it is not known last.
void sort_tags(std::vector<ListedTag>& tags, LsOrder order);

std::vector<ListedRevision> history_of(const std::vector<ListedTag>& tags,
                                       const StoreReader& reader);

// What is wrong with the images themselves.
void add_image_findings(const std::vector<ListedTag>& tags,
                        std::vector<Finding>& findings);

}  // namespace dregs
