#include "benchmarks/pushes.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <vector>

#include "benchmarks/seeded.h"

namespace dregs {
namespace {

// Every tenth repository is nested in the one before.
std::string repository_name(std::uint32_t number) {
  const std::uint32_t outer = number % 10 == 9 ? number - 1 : number;
  const std::string name =
      fmt::format("team-{:02}/app-{:05}", outer % 20, outer);
  return outer == number ? name : name + "/tools";
}

std::string tag_name(std::uint32_t number) {
  return fmt::format("v{}.{}.{}", number / 10000, number / 100 % 100,
                     number % 100);
}

std::string upload_id(Seeded& random) {
  const std::uint64_t high = random.next();
  const std::uint64_t low = random.next();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}", high >> 32,
                     high >> 16 & 0xffff, high & 0xfff, 8 | (low >> 62),
                     low >> 48 & 0xfff, low & 0xffffffffffff);
}

Counts link_layers(const RepositoryWriter& writer,
                   std::span<const NewBlob> layers) {
  for (const NewBlob& layer : layers) writer.link_layer(layer.digest);
  return {.layer_links = layers.size()};
}

Counts link_image(const RepositoryWriter& writer, const Image& image) {
  Counts counts = link_layers(writer, image.layers);
  for (const NewBlob& manifest : image.manifests)
    writer.link_revision(manifest.digest);
  counts.revisions = image.manifests.size();
  return counts;
}

Counts write_tag(const RepositoryWriter& writer, std::uint32_t tag,
                 std::span<const Digest> history) {
  writer.tag(tag_name(tag), history);
  return {.tags = 1, .tag_history = history.size()};
}

}  // namespace

Counts Pushes::push_base_image(std::uint32_t base_image) const {
  Counts counts;
  if (!images_.base_image_in_use(base_image)) return counts;
  for (const NewBlob& layer : images_.base_layers(base_image)) {
    store_.write(layer);
    counts.blobs += 1;
    counts.bytes += layer.size;
  }
  return counts;
}

Counts Pushes::push_pool_image(std::uint32_t number) const {
  return write_blobs(images_.make({.number = number}));
}

std::unique_ptr<const RepositoryWriter> Pushes::open_repository(
    std::uint32_t repository) const {
  return store_.repository(repository_name(repository));
}

Counts Pushes::begin_repository(const RepositoryWriter& writer,
                                std::uint32_t repository) const {
  Counts counts{.repositories = 1};
  const std::uint32_t first = images_.first_base_image(repository);
  for (std::uint32_t n = 0; n < images_.base_images_per_repository(); ++n)
    counts += link_layers(writer, images_.base_layers(first + n));
  if (shape_.shared_image_pool == 0) return counts;
  for (std::uint32_t n = 0; n < shape_.current_images(); ++n)
    counts += link_image(writer, images_.make({.number = n}));
  return counts;
}

std::uint32_t Pushes::steps_per_repository() const {
  return shape_.tags + shape_.deleted_images();
}

Counts Pushes::step(const RepositoryWriter& writer, std::uint32_t repository,
                    std::uint32_t step) const {
  if (step >= shape_.tags)
    return push_deleted(writer,
                        {repository, step - shape_.tags, Fate::kDeleted});
  return shape_.shared_image_pool == 0
             ? push_tag(writer, repository, step)
             : push_pool_tag(writer, repository, step);
}

Counts Pushes::leave_upload(std::uint32_t number) const {
  Seeded random{shape_.seed, 0x75706c6f6164, number};
  const std::string id = upload_id(random);
  const std::string bytes = random.bytes(random.next() % 16384);
  open_repository(number % shape_.repositories)->leave_upload(id, bytes);
  return {.uploads = 1, .upload_bytes = bytes.size()};
}

Counts Pushes::push_tag(const RepositoryWriter& writer,
                        std::uint32_t repository, std::uint32_t tag) const {
  Counts counts;
  std::vector<Digest> history;
  if (images_.tag_was_moved(repository, tag)) {
    const Image old = images_.make({repository, tag, Fate::kMoved});
    const Counts written = write_blobs(old);
    counts += written;
    counts += link_image(writer, old);
    counts.gc_m += {old.manifests.size(), written.blobs, written.bytes};
    history.push_back(old.digest());
  }
  const Image image = images_.make({repository, tag, Fate::kTagged});
  counts += write_blobs(image);
  counts += link_image(writer, image);
  history.push_back(image.digest());
  counts += write_tag(writer, tag, history);
  return counts;
}

// What the tag named before is tagged elsewhere too: a pool leaves nothing
// untagged.
Counts Pushes::push_pool_tag(const RepositoryWriter& writer,
                             std::uint32_t repository,
                             std::uint32_t tag) const {
  const std::uint32_t pool = shape_.current_images();
  std::vector<Digest> history;
  if (pool > 1 && images_.tag_was_moved(repository, tag))
    history.push_back(images_.make({.number = (tag + 1) % pool}).digest());
  history.push_back(images_.make({.number = tag % pool}).digest());
  return write_tag(writer, tag, history);
}

// The children of a deleted index were deleted with it.
Counts Pushes::push_deleted(const RepositoryWriter& writer,
                            const ImageId& id) const {
  const Image image = images_.make(id);
  Counts counts = write_blobs(image);
  counts.gc = counts.gc_m = {0, counts.blobs, counts.bytes};
  counts += link_layers(writer, image.layers);
  for (const NewBlob& manifest : image.manifests)
    writer.delete_revision(manifest.digest);
  return counts;
}

Counts Pushes::write_blobs(const Image& image) const {
  Counts counts;
  for (const auto* blobs : {&image.layers, &image.manifests})
    for (const NewBlob& blob : *blobs) {
      store_.write(blob);
      counts.blobs += 1;
      counts.bytes += blob.size;
    }
  return counts;
}

}  // namespace dregs
