// Loads the state file of `dregs pulls`, which says when each image was pulled.
#pragma once

#include <string>

#include "gc/pulls/pull_times.h"

namespace dregs {

// Throws std::runtime_error with one line where the file cannot be read or is
// not such a state.
PullTimes load_pulls(const std::string& file);

// Does the same, but returns an empty state where the file does not exist yet.
PullTimes load_pulls_if_any(const std::string& file);

}  // namespace dregs
