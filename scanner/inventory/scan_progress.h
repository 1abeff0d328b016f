#pragma once

#include <atomic>
#include <cstdint>

namespace dregs {

// ScanProgress counts while work goes on, for whoever shows progress.
struct ScanProgress {
  std::atomic<std::uint64_t> blobs{0};
  std::atomic<std::uint64_t> links{0};
};

}  // namespace dregs
