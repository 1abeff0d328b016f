// What the user wants kept. A plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace dregs {

inline constexpr std::int64_t kSecond_ns = 1'000'000'000;
// By the system clock, ns since epoch.
inline std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

inline constexpr std::int64_t kDefaultUploadAge_ns = 168 * 3600 * kSecond_ns;

struct Policy {
  bool delete_untagged = false;
  // Blobs changed later than this long ago stay, with their links, and so do
  // untagged manifests.
  std::int64_t min_age_ns = 0;
  // Uploads and temporary files touched later than this long ago stay; 0: all
  // of them go.
  std::int64_t uploads_older_than_ns = kDefaultUploadAge_ns;
  std::optional<double> max_delete_percent;
  bool allow_empty = false;
  bool allow_proxy_cache = false;
  std::int64_t now_ns = 0;  // ns since epoch

  // A time in the future is a wrong clock, and counts as young.
  bool is_young(std::int64_t changed_ns) const {
    return changed_ns > now_ns - min_age_ns;
  }
  // Whoever says 0 means all, whatever the clock says.
  std::int64_t newest_stale_upload_ns() const {
    return uploads_older_than_ns > 0 ? now_ns - uploads_older_than_ns
                                     : std::numeric_limits<std::int64_t>::max();
  }
  bool is_fresh_upload(std::int64_t changed_ns) const {
    return changed_ns > newest_stale_upload_ns();
  }
};

}  // namespace dregs
