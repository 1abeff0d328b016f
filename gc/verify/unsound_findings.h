// What reading a store's blobs found, as findings: once for each blob, with
// what was expected, what was found, and everybody whom it hurts.
#pragma once

#include <vector>

#include "gc/mark/survey.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// None for those that are missing: whether anybody misses them the survey
// says. Reads manifests, for the sizes that they declare.
std::vector<Finding> findings_of(const std::vector<UnsoundBlob>& unsound,
                                 const Survey& survey,
                                 const StoreReader& store);

// Appends a survey's findings to those, but for what they say again of the
// same file, repository by repository.
void add_others(const std::vector<Finding>& surveyed,
                std::vector<Finding>& findings);

}  // namespace dregs
