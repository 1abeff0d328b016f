// Random numbers that depend on nothing but a path of integers: any thread
// can make any part of a store, and the same seed gives the same bytes. The
// standard distributions differ between libraries, hence none is used.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <numbers>
#include <string>

namespace dregs {

class Seeded {
 public:
  Seeded(std::initializer_list<std::uint64_t> path) {
    for (const std::uint64_t step : path) state_ = next() ^ step;
  }

  std::uint64_t next() {  // splitmix64
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  double uniform() {  // [0, 1)
    return static_cast<double>(next() >> 11) * 0x1p-53;
  }

  double log_normal(double median, double sigma) {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    return median * std::exp(sigma * radius * std::cos(angle));
  }

  std::string bytes(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t at = 0; at < size; at += 8) {
      const std::uint64_t word = next();
      std::memcpy(text.data() + at, &word, std::min<std::size_t>(8, size - at));
    }
    return text;
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace dregs
