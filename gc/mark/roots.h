// Where closures begin: what a repository's links and tags name. Pure.
#pragma once

#include "gc/mark/closure.h"
#include "gc/mark/policy.h"

namespace dregs {

// Revisions, tags, what unsound links lead to, and what is stored under another
// algorithm than sha256.
void add_image_roots(Closure& closure, const RepositoryIds& ids);

// These and the manifests that are linked like layers.
void add_all_roots(Closure& closure, const RepositoryIds& ids);

// What neither a tag nor a revision names and stays all the same: what unsound
// links lead to, what is stored under another algorithm than sha256, and the
// manifests that are linked like layers.
void add_roots_of_no_image(Closure& closure, const RepositoryIds& ids);

// The manifests that were read and that a layer link of the repository leads
// to, as registry 2.1 linked them; sorted. Servers up to 2.8 serve them as long
// as the link is there (format.md#2).
std::vector<DigestId> manifests_with_layer_links(const ManifestGraph& graph,
                                                 const RepositoryIds& ids);

// All that stays in a repository that is pinned: these, and what its other
// links name, since servers serve that too.
void add_whole_repository(Closure& closure, const RepositoryIds& ids);

// What stays though no tag reaches it, where untagged manifests go: the young,
// what unsound links lead to or is stored under another algorithm than sha256,
// and layers with a revision link, since nobody
// knows why somebody gave them one.
void add_roots_beside_tags(Closure& closure, const Inventory& inventory,
                           const ManifestGraph& graph, const Policy& policy,
                           const RepositoryIds& ids);

}  // namespace dregs
