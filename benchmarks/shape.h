// What a made store looks like. The defaults give about 473,000 blobs and
// 84,000 revisions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace dregs {

struct Shape {
  std::uint64_t seed = 1;
  std::uint32_t repositories = 200;
  std::uint32_t tags = 200;        // per repository
  std::uint32_t layers = 4;        // of its own, per image
  std::uint32_t base_layers = 3;   // shared with other images, per image
  double multi_arch_share = 0.25;  // of the images: an index, two children
  double moved_tags_share = 0.4;   // of the tags: an older revision stays
  double deleted_share = 0.12;     // deleted images per tag
  std::uint32_t blob_bytes = 0;    // of every layer; 0: log-normal, as below
  double median_bytes = 512;
  double sigma = 1.2;
  std::uint32_t most_bytes = 65536;  // so that a million of them stay small
  std::uint32_t least_bytes = 32;    // so that no two are ever alike
  // Layers are said to be so many times as large as their bytes are: a bucket
  // in memory can tell any size, and millions of true layers fit into no
  // memory.
  std::uint64_t claimed_times = 1;
  std::uint32_t uploads = 0;
  std::uint32_t shared_image_pool = 0;  // 0: every tag has its own image

  // Images that the tags of one repository name.
  std::uint32_t current_images() const {
    return shared_image_pool == 0 ? tags : std::min(tags, shared_image_pool);
  }

  // Deleted images of one repository.
  std::uint32_t deleted_images() const {
    return static_cast<std::uint32_t>(
        std::lround(deleted_share * current_images()));
  }
};

}  // namespace dregs
