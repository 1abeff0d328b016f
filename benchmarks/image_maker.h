// The blobs of made images: pure, seeded, free of I/O. Docker schema2 and OCI
// take turns by chance; format.md#3. Safe to call from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/shape.h"
#include "scanner/formats/digest.h"

namespace dregs {

struct NewBlob {
  Digest digest;
  std::string bytes;
  std::uint64_t size = 0;  // that manifests tell; see Shape::claimed_times
};

enum class Fate : std::uint8_t {
  kTagged,   // what the tag names
  kMoved,    // what the tag named before
  kDeleted,  // pushed, then deleted through the API
};

// Which image of a store: the number counts within repository and fate.
struct ImageId {
  std::uint32_t repository = 0;
  std::uint32_t number = 0;
  Fate fate = Fate::kTagged;
};

struct Image {
  std::vector<NewBlob> layers;     // its own and the configurations
  std::vector<NewBlob> manifests;  // children first, last what is tagged

  const Digest& digest() const { return manifests.back().digest; }
};

class ImageMaker {
 public:
  explicit ImageMaker(const Shape& shape) : shape_(shape) {}

  Image make(const ImageId& id) const;
  bool tag_was_moved(std::uint32_t repository, std::uint32_t tag) const;

  // Base images overlap between neighbouring repositories, so that most base
  // layers are shared by four of them.
  std::uint32_t base_images() const;  // in the store
  std::uint32_t base_images_per_repository() const;
  std::uint32_t first_base_image(std::uint32_t repository) const;
  bool base_image_in_use(std::uint32_t base_image) const;
  std::vector<NewBlob> base_layers(std::uint32_t base_image) const;

 private:
  std::uint32_t base_image_of(const ImageId& id) const;
  NewBlob to_layer(std::string bytes) const;
  std::string layer_bytes(std::uint64_t kind, std::uint64_t owner,
                          std::uint64_t part, std::uint64_t layer) const;

  Shape shape_;
};

}  // namespace dregs
