// Random registries for property tests: a program of pushes, deletions and
// damage that rapidcheck makes, shrinks and prints. The same program builds
// the same store.
#pragma once

#include <rapidcheck.h>

#include <iosfwd>
#include <vector>

#include "tests/store_builder.h"

namespace dregs {

enum class StoreStep {
  push_image,
  push_index,  // of what the repository has: indexes too, hence nested ones
  push_referrer,
  push_helm,
  push_schema1,
  push_signed_schema1,
  push_sha512_image,
  push_artifact,
  push_buildkit_cache,
  push_wrapper,  // an image whose layer is a manifest's bytes
  copy_image,    // the same manifest into another repository
  copy_tag,      // the tag moves to another manifest of the repository
  delete_tag,
  delete_manifest,
  orphan_blob,
  orphan_layer,
  damage,
  // Only in what servers are asked about: the reference collector does not know
  // all of these.
  push_fallback_tag,     // sha256-<hex>, the index of a subject's referrers
  push_cosign,           // sha256-<hex>.sig
  push_foreign,          // with a layer that is elsewhere
  push_sha512_child,     // an index whose child is stored below blobs/sha512
  link_as_registry_2_1,  // the manifest's link is in _layers, not in revisions
  link_as_tarsum,        // the layer's second name, as 2.0 to 2.2 wrote it
  leave_upload,
  leave_temporary_file,
};

// The numbers choose among what is there when the step is taken, so that a
// program stays a program when rapidcheck takes steps out of it.
struct StoreOperation {
  StoreStep step{};
  unsigned repository = 0;
  unsigned tag = 0;  // 0: untagged
  unsigned what = 0;
  unsigned how = 0;
};

std::ostream& operator<<(std::ostream& out, const StoreOperation& operation);

using StoreProgram = std::vector<StoreOperation>;

// What clients and the API can do, up to about 30 steps in 6 repositories.
rc::Gen<StoreProgram> healthy_stores();
// Without what registry 2.8.2's own collector is known to break on
// (format.md#4.6): sha512 names, artifact manifests, deleted children.
rc::Gen<StoreProgram> stores_for_registry_2();
// Healthy ones with about one damage in ten steps.
rc::Gen<StoreProgram> damaged_stores();
// And with what only a server can judge.
rc::Gen<StoreProgram> served_stores();

void build(StoreBuilder& store, const StoreProgram& program);

}  // namespace dregs
