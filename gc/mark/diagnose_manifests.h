// These functions say what is wrong with manifests that one repository reaches,
// and with what those name (format.md#3). Pure.
#pragma once

#include <span>

#include "gc/mark/closure.h"
#include "gc/mark/diagnosed_repository.h"
#include "gc/mark/repository_findings.h"

namespace dregs {

// A revision, a tag's target or an index child: it has to be a manifest. Each
// is looked at once.
void diagnose_manifest(const DiagnosedRepository& at, DigestId id,
                       RepositoryFindings& findings);

// Looks at everything that the manifest names.
void diagnose_parts(const DiagnosedRepository& at, const ManifestNode& node,
                    RepositoryFindings& findings);

// References that lead to nothing although something must be there. Those of
// one manifest stand together.
void diagnose_unresolved(const DiagnosedRepository& at,
                         std::span<const Closure::Unresolved> unresolved,
                         RepositoryFindings& findings);

}  // namespace dregs
