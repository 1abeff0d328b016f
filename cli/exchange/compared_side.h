// A ComparedSide is one of the two registries that `dregs diff` compares.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments/options.h"
#include "gc/compare/registry_content.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct ComparedSide {
  std::string given;  // as the user named it
  std::string kind;   // "folder", "bucket" or "listing"
  OpenedStore store;  // of a listing: nothing but its source
  RegistryContent content;
  std::vector<Finding> unreadable;  // sorted: what nobody could look at
};

// `given` is a root, s3://BUCKET/PREFIX, a registry's config.yml, or a saved
// listing, which may be a pipe. REGISTRY_* variables do not count: they are
// about one registry. Throws what open_store() and content_of_listing() throw,
// and StoppedEarly.
ComparedSide look_at(const std::string& given,
                     const std::vector<ImageRef>& refs,
                     const GlobalOptions& global);

}  // namespace dregs
