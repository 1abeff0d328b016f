// What was made. `gc` and `gc_m` foretell what a collection, without and with
// --delete-untagged, must find. Sizes are bytes.
#pragma once

#include <cstdint>

namespace dregs {

struct Garbage {
  std::uint64_t revisions = 0, blobs = 0, bytes = 0;

  Garbage& operator+=(const Garbage& other) {
    revisions += other.revisions;
    blobs += other.blobs;
    bytes += other.bytes;
    return *this;
  }
};

struct Counts {
  std::uint64_t repositories = 0, tags = 0, tag_history = 0, revisions = 0;
  std::uint64_t layer_links = 0, blobs = 0, bytes = 0;
  std::uint64_t uploads = 0, upload_bytes = 0;
  Garbage gc{}, gc_m{};

  Counts& operator+=(const Counts& other) {
    repositories += other.repositories;
    tags += other.tags;
    tag_history += other.tag_history;
    revisions += other.revisions;
    layer_links += other.layer_links;
    blobs += other.blobs;
    bytes += other.bytes;
    uploads += other.uploads;
    upload_bytes += other.upload_bytes;
    gc += other.gc;
    gc_m += other.gc_m;
    return *this;
  }
};

}  // namespace dregs
