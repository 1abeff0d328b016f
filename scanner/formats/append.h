// Puts what one vector holds behind what another does.
#pragma once

#include <iterator>
#include <vector>

namespace dregs {

// `from` by value: once moved, its memory is free, and what a store's threads
// gathered by the million is not held twice until the last of it is.
template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()),
            std::make_move_iterator(from.end()));
}

}  // namespace dregs
