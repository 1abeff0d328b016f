// at_once() does what waits for the network: many requests at a time, by
// threads of its own, for those of a task arena are as many as there are
// processors.
#pragma once

#include <cstddef>
#include <functional>

namespace dregs {

// Calls work(i) for each i below `count`, by up to `connections` threads, the
// calling one included, and returns when all are done. Where one throws, no
// further call begins, and the first exception is thrown again.
void at_once(int connections, std::size_t count,
             const std::function<void(std::size_t)>& work);

}  // namespace dregs
