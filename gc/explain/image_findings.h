// What is wrong with the images that a question is about, where no survey of
// the whole store was taken. Pure.
#pragma once

#include <string>
#include <vector>

#include "gc/names/selection.h"
#include "scanner/store/blob_content.h"

namespace dregs {

// The scan's own findings and obstacles about these repositories; all of them
// where nothing was selected.
std::vector<Finding> findings_about(const Inventory& inventory,
                                    const std::vector<Selected>& selected);

// Adds what is wrong with a manifest, if anything. `who` is REPO:TAG or
// REPO@DIGEST; a manifest that several need is one finding.
void add_manifest_finding(const std::string& repository, const Digest& manifest,
                          BlobContent::State state, const std::string& who,
                          std::vector<Finding>& findings);

// Whether any is more than a note. What a run ends with is another question:
// exit_code_of_done().
bool has_problems(const std::vector<Finding>& findings);

}  // namespace dregs
