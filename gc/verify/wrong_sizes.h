// Manifests that declare another size for a part than the part has: the part is
// as its digest says, so it is the manifest that is wrong.
#pragma once

#include <vector>

#include "gc/mark/survey.h"
#include "gc/verify/verify_scope.h"
#include "scanner/store/hashed_blobs.h"

namespace dregs {

// Of the parts that this verification is to read, where they are not among the
// unsound: of those nobody knows whose fault it is. `needed_by` is filled in.
std::vector<Finding> wrong_size_findings(
    const Survey& survey, const VerifyScope& scope,
    const std::vector<UnsoundBlob>& unsound);

}  // namespace dregs
