#include "benchmarks/image_maker.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "benchmarks/seeded.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

using Json = nlohmann::ordered_json;

enum Purpose : std::uint64_t {
  kLayer,
  kBaseLayer,
  kIsMultiArch,
  kIsDocker,
  kIsMoved,
};

struct Vocabulary {
  std::string_view index, manifest, config, layer;
};

constexpr Vocabulary kDocker = {
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar.gzip"};
constexpr Vocabulary kOci = {"application/vnd.oci.image.index.v1+json",
                             "application/vnd.oci.image.manifest.v1+json",
                             "application/vnd.oci.image.config.v1+json",
                             "application/vnd.oci.image.layer.v1.tar+gzip"};
constexpr std::array<std::string_view, 2> kArchitectures = {"amd64", "arm64"};
constexpr std::uint32_t kBaseImagesPerRepository = 12;
constexpr std::uint32_t kNewBaseImagesPerRepository = 3;

NewBlob to_blob(std::string bytes) {
  const Digest digest = sha256(bytes);
  const std::uint64_t size = bytes.size();
  return {digest, std::move(bytes), size};
}

Json descriptor(std::string_view media_type, const NewBlob& blob) {
  return {{"mediaType", media_type},
          {"size", blob.size},
          {"digest", blob.digest.to_string()}};
}

std::uint64_t owner_of(const ImageId& id) {
  return std::uint64_t{id.repository} << 34 | std::uint64_t{id.number} << 2 |
         static_cast<std::uint64_t>(id.fate);
}

// The label makes configurations unique even where images have no layers of
// their own.
NewBlob make_config(const ImageId& id, std::string_view architecture,
                    const std::vector<Json>& layers) {
  Json diff_ids = Json::array();
  Json history = Json::array();
  for (const Json& layer : layers) {
    diff_ids.push_back(layer["digest"]);
    history.push_back({{"created", "2024-05-17T09:30:00Z"},
                       {"created_by", "COPY . /srv # buildkit"}});
  }
  const Json config = {
      {"architecture", architecture},
      {"config",
       {{"Env", {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"}},
        {"Entrypoint", {"/srv/serve"}},
        {"Labels", {{"build", fmt::format("{:x}", owner_of(id))}}}}},
      {"created", "2024-05-17T09:30:00Z"},
      {"history", history},
      {"os", "linux"},
      {"rootfs", {{"type", "layers"}, {"diff_ids", diff_ids}}}};
  return to_blob(config.dump());
}

NewBlob make_manifest(const Vocabulary& words, const NewBlob& config,
                      const std::vector<Json>& layers) {
  const Json manifest = {{"schemaVersion", 2},
                         {"mediaType", words.manifest},
                         {"config", descriptor(words.config, config)},
                         {"layers", layers}};
  return to_blob(manifest.dump(2));
}

NewBlob make_index(const Vocabulary& words,
                   const std::vector<NewBlob>& children) {
  Json manifests = Json::array();
  for (std::size_t i = 0; i < children.size(); ++i) {
    Json child = descriptor(words.manifest, children[i]);
    child["platform"] = {{"architecture", kArchitectures[i]}, {"os", "linux"}};
    manifests.push_back(child);
  }
  const Json index = {{"schemaVersion", 2},
                      {"mediaType", words.index},
                      {"manifests", manifests}};
  return to_blob(index.dump(2));
}

}  // namespace

Image ImageMaker::make(const ImageId& id) const {
  const std::uint64_t owner = owner_of(id);
  const bool multi_arch = Seeded{shape_.seed, kIsMultiArch, owner}.uniform() <
                          shape_.multi_arch_share;
  const Vocabulary& words =
      Seeded{shape_.seed, kIsDocker, owner}.uniform() < 0.5 ? kDocker : kOci;
  std::vector<Json> base;
  for (const NewBlob& layer : base_layers(base_image_of(id)))
    base.push_back(descriptor(words.layer, layer));

  Image image;
  for (std::size_t part = 0; part < (multi_arch ? 2 : 1); ++part) {
    std::vector<Json> layers = base;
    for (std::uint32_t n = 0; n < shape_.layers; ++n) {
      image.layers.push_back(to_layer(layer_bytes(kLayer, owner, part, n)));
      layers.push_back(descriptor(words.layer, image.layers.back()));
    }
    image.layers.push_back(make_config(id, kArchitectures[part], layers));
    image.manifests.push_back(
        make_manifest(words, image.layers.back(), layers));
  }
  if (multi_arch) image.manifests.push_back(make_index(words, image.manifests));
  return image;
}

bool ImageMaker::tag_was_moved(std::uint32_t repository,
                               std::uint32_t tag) const {
  return Seeded{shape_.seed, kIsMoved, repository, tag}.uniform() <
         shape_.moved_tags_share;
}

// A pool's images belong to no repository, hence all draw on the same bases.
std::uint32_t ImageMaker::base_images() const {
  const std::uint32_t last =
      shape_.shared_image_pool != 0 ? 0 : shape_.repositories - 1;
  return last * kNewBaseImagesPerRepository + base_images_per_repository();
}

std::uint32_t ImageMaker::base_images_per_repository() const {
  return std::min(kBaseImagesPerRepository, shape_.current_images());
}

std::uint32_t ImageMaker::first_base_image(std::uint32_t repository) const {
  return shape_.shared_image_pool != 0
             ? 0
             : repository * kNewBaseImagesPerRepository;
}

bool ImageMaker::base_image_in_use(std::uint32_t base_image) const {
  const std::uint32_t nearest = std::min(
      base_image / kNewBaseImagesPerRepository, shape_.repositories - 1);
  return base_image - first_base_image(nearest) < base_images_per_repository();
}

std::vector<NewBlob> ImageMaker::base_layers(std::uint32_t base_image) const {
  std::vector<NewBlob> layers;
  for (std::uint32_t n = 0; n < shape_.base_layers; ++n)
    layers.push_back(to_layer(layer_bytes(kBaseLayer, base_image, 0, n)));
  return layers;
}

std::uint32_t ImageMaker::base_image_of(const ImageId& id) const {
  return first_base_image(id.repository) +
         id.number % base_images_per_repository();
}

NewBlob ImageMaker::to_layer(std::string bytes) const {
  NewBlob layer = to_blob(std::move(bytes));
  layer.size *= shape_.claimed_times;
  return layer;
}

std::string ImageMaker::layer_bytes(std::uint64_t kind, std::uint64_t owner,
                                    std::uint64_t part,
                                    std::uint64_t layer) const {
  Seeded random{shape_.seed, kind, owner, part, layer};
  if (shape_.blob_bytes != 0) return random.bytes(shape_.blob_bytes);
  const double size = random.log_normal(shape_.median_bytes, shape_.sigma);
  return random.bytes(static_cast<std::size_t>(
      std::clamp<double>(size, shape_.least_bytes, shape_.most_bytes)));
}

}  // namespace dregs
