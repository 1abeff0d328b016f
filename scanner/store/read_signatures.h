// read_signatures() finds the signatures that schema1 revisions have in folders
// of their own (format.md#P4).
#pragma once

#include "scanner/store/graph_writer.h"

namespace dregs {

// After the manifests of all revisions were read.
void read_signatures(const ManifestSource& source, GraphWriter& writer);

}  // namespace dregs
