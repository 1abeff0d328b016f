#include "benchmarks/shape_options.h"

namespace dregs {

void declare_shape(CLI::App& app, Shape& shape) {
  app.add_option("--seed", shape.seed, "Other seeds give other bytes");
  app.add_option("--repositories", shape.repositories)
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--tags", shape.tags, "Per repository")
      ->check(CLI::Range(1, 100'000'000));
  app.add_option("--layers", shape.layers, "Per image, its own");
  app.add_option("--base-layers", shape.base_layers, "Per image, shared");
  app.add_option("--multi-arch-share", shape.multi_arch_share,
                 "Of the images: an index with two children")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--moved-tags-share", shape.moved_tags_share,
                 "Of the tags: an older revision is left untagged")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--deleted-share", shape.deleted_share,
                 "Images deleted through the API, per tag")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--blob-bytes", shape.blob_bytes,
                 "Size of every layer; 0: log-normal, as the next four say")
      ->check(CLI::Range(0, 1'000'000'000));
  app.add_option("--median-bytes", shape.median_bytes)
      ->check(CLI::Range(1.0, 1e9));
  app.add_option("--sigma", shape.sigma)->check(CLI::Range(0.0, 10.0));
  app.add_option("--least-bytes", shape.least_bytes)
      ->check(CLI::Range(32, 1'000'000'000));
  app.add_option("--most-bytes", shape.most_bytes)
      ->check(CLI::Range(32, 1'000'000'000));
  app.add_option("--uploads", shape.uploads, "Unfinished uploads in all");
  app.add_option("--shared-image-pool", shape.shared_image_pool,
                 "All tags share that many images");
}

}  // namespace dregs
