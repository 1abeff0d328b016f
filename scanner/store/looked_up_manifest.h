// A LookedUpManifest is a manifest as read, with the ids of what it refers to.
#pragma once

#include <vector>

#include "scanner/store/graph_writer.h"

namespace dregs {

struct LookedUpManifest {
  ManifestRead read;
  std::vector<DigestId> ids;  // parallel to the references; of blobs only
  std::vector<WrongSize> wrong_sizes;
};

// `declared` as in ManifestSource::read(). Any number of threads may call.
LookedUpManifest read_and_look_up(DigestId manifest, bool declared,
                                  const ManifestSource& source,
                                  const GraphWriter& writer);

}  // namespace dregs
