// What was made, as the programs that make it print it.
#pragma once

#include <nlohmann/json.hpp>

#include "benchmarks/counts.h"

namespace dregs {

nlohmann::ordered_json to_json(const Counts& counts);

}  // namespace dregs
