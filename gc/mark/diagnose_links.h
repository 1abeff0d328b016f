// These functions say what is wrong with the links of one repository
// (format.md#1.3, #2). Pure.
#pragma once

#include "gc/mark/diagnosed_repository.h"
#include "gc/mark/repository_findings.h"

namespace dregs {

// Revisions and tags, and what registry 2.1 linked as a layer. The manifests
// that they lead to are looked at, too.
void diagnose_image_links(const DiagnosedRepository& at,
                          RepositoryFindings& findings);

// Layer links by another algorithm than sha256.
void diagnose_aliases(const DiagnosedRepository& at,
                      RepositoryFindings& findings);

}  // namespace dregs
