// What the user wants kept. A plain value.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "scanner/formats/file_times.h"

namespace dregs {

inline constexpr std::int64_t kSecond_ns = 1'000'000'000;
inline constexpr std::int64_t kDefaultUploadAge_ns = 168 * 3600 * kSecond_ns;

// Which time of a file says how old it is.
enum class AgeBy : std::uint8_t {
  younger,  // the later of the two, for every doubt keeps
  ctime,
  mtime,  // where a chown or a restore has renewed every ctime
};

constexpr std::string_view name_of(AgeBy age_by) {
  if (age_by == AgeBy::younger) return "younger";
  return age_by == AgeBy::ctime ? "ctime" : "mtime";
}

struct Policy {
  bool delete_untagged = false;
  // Blobs changed later than this long ago stay, with their links, and so do
  // untagged manifests.
  std::int64_t min_age_ns = 0;
  // Uploads and temporary files touched later than this long ago stay; 0: all
  // of them go.
  std::int64_t uploads_older_than_ns = kDefaultUploadAge_ns;
  // Of blobs, uploads and temporary files: how old they are. Whether a file
  // was touched since the scan is never asked this way.
  AgeBy age_by = AgeBy::younger;
  std::optional<double> max_delete_percent;
  bool allow_empty = false;
  bool allow_proxy_cache = false;
  // Of a pull-through cache, whose links hold nothing by themselves then: what
  // no tag and no manifest of it needs may go.
  bool shrink_proxy_cache = false;
  std::int64_t now_ns = 0;  // ns since epoch

  std::int64_t time_of(const FileTimes& times) const {
    if (age_by == AgeBy::younger) return times.newest();
    return age_by == AgeBy::ctime ? times.ctime_ns : times.mtime_ns;
  }
  // A time in the future is a wrong clock, and counts as young.
  bool is_young(const FileTimes& times) const {
    return time_of(times) > newest_old_ns();
  }
  std::int64_t newest_old_ns() const { return now_ns - min_age_ns; }
  // Whoever says 0 means all, whatever the clock says.
  std::int64_t newest_stale_upload_ns() const {
    return uploads_older_than_ns > 0 ? now_ns - uploads_older_than_ns
                                     : std::numeric_limits<std::int64_t>::max();
  }
  bool is_fresh_upload(const FileTimes& times) const {
    return time_of(times) > newest_stale_upload_ns();
  }
};

}  // namespace dregs
