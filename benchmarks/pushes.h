// The pushes, tag moves and deletions that a made store has seen, in parts
// that any threads may carry out in any order. Every part returns what it
// added.
#pragma once

#include <memory>
#include <string>

#include "benchmarks/counts.h"
#include "benchmarks/image_maker.h"
#include "benchmarks/shape.h"
#include "benchmarks/store_writer.h"

namespace dregs {

class Pushes {
 public:
  Pushes(const Shape& shape, const StoreWriter& store)
      : shape_(shape), images_(shape), store_(store) {}

  std::uint32_t base_images() const { return images_.base_images(); }
  Counts push_base_image(std::uint32_t base_image) const;

  // Blobs only: each repository links the pool's images for itself.
  Counts push_pool_image(std::uint32_t number) const;

  std::unique_ptr<const RepositoryWriter> open_repository(
      std::uint32_t repository) const;
  // What a repository's images have in common; once per repository.
  Counts begin_repository(const RepositoryWriter& writer,
                          std::uint32_t repository) const;

  // Steps of one repository: its tags, then its deleted images.
  std::uint32_t steps_per_repository() const;
  Counts step(const RepositoryWriter& writer, std::uint32_t repository,
              std::uint32_t step) const;

  Counts leave_upload(std::uint32_t number) const;

 private:
  Counts push_tag(const RepositoryWriter& writer, std::uint32_t repository,
                  std::uint32_t tag) const;
  Counts push_pool_tag(const RepositoryWriter& writer, std::uint32_t repository,
                       std::uint32_t tag) const;
  Counts push_deleted(const RepositoryWriter& writer, const ImageId& id) const;
  Counts write_blobs(const Image& image) const;

  Shape shape_;
  ImageMaker images_;
  const StoreWriter& store_;
};

}  // namespace dregs
