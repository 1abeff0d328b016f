// Makes the store that a busy server would have left: seeded, so that the same
// shape gives the same bytes on any machine with any number of threads. Uses
// the calling task arena.
#pragma once

#include "benchmarks/counts.h"
#include "benchmarks/shape.h"
#include "benchmarks/store_writer.h"

namespace dregs {

Counts push_all(const Shape& shape, const StoreWriter& store);

}  // namespace dregs
