// Where closures begin: what a repository's links and tags name. Pure.
#pragma once

#include "gc/closure.h"
#include "gc/policy.h"

namespace dregs {

// Revisions, tags and what unsound links lead to.
void add_all_roots(Closure& closure, const RepositoryIds& ids);

// What stays though no tag reaches it, where untagged manifests go: the young,
// what unsound links lead to, and layers with a revision link, since nobody
// knows why somebody gave them one.
void add_roots_beside_tags(Closure& closure, const Inventory& inventory,
                           const ManifestGraph& graph, const Policy& policy,
                           const RepositoryIds& ids);

}  // namespace dregs
