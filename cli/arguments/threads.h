// Threads where they are short: containers, units and users have limits of
// tasks, and every thread needs memory for its stack.
#pragma once

#include <cstddef>

namespace dregs {

// How many of `wanted` threads a parallel loop may have, its caller's one
// counted: what can be started now, less some for the progress line and the
// deadline. At least 1. TBB aborts where it cannot start a thread that it was
// allowed, so this asks before. Others may take the place in between: main then
// says so instead of aborting.
std::size_t threads_to_be_had(std::size_t wanted);

}  // namespace dregs
