// resolve_repositories() gives the digests of every repository their ids.
#pragma once

#include "scanner/store/graph_writer.h"

namespace dregs {

void resolve_repositories(GraphWriter& writer);

}  // namespace dregs
