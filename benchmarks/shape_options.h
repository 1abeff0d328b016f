// The options that all programs take which make a store.
#pragma once

#include <CLI/CLI.hpp>

#include "benchmarks/shape.h"

namespace dregs {

// `shape` is borrowed until the words are parsed.
void declare_shape(CLI::App& app, Shape& shape);

}  // namespace dregs
