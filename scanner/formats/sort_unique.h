// Sorts, and leaves one of each.
#pragma once

#include <algorithm>
#include <vector>

namespace dregs {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace dregs
