// The state file of `dregs pulls`, for whoever asks when an image was pulled.
#pragma once

#include <string>

#include "gc/pulls/pull_times.h"

namespace dregs {

// Throws std::runtime_error, in one line, where the file cannot be read, or is
// no such state.
PullTimes load_pulls(const std::string& file);

// The same, but nothing is known where there is no such file yet.
PullTimes load_pulls_if_any(const std::string& file);

}  // namespace dregs
