#include "cli/output/image_words.h"

#include <array>
#include <string_view>
#include <utility>

#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes =
    {{{"application/vnd.docker.distribution.manifest.v1+json",
       "docker schema1"},
      {"application/vnd.docker.distribution.manifest.v2+json", "docker image"},
      {"application/vnd.docker.distribution.manifest.list.v2+json",
       "docker list"},
      {"application/vnd.oci.image.manifest.v1+json", "oci image"},
      {"application/vnd.oci.image.index.v1+json", "oci index"},
      {"application/vnd.oci.artifact.manifest.v1+json", "oci artifact"}}};

// "application/vnd.cncf.helm.config.v1+json" is "cncf.helm.config".
std::string shortened(std::string_view type) {
  for (const std::string_view front : {"application/", "vnd."})
    if (type.starts_with(front)) type.remove_prefix(front.size());
  type = type.substr(0, type.find('+'));
  const std::size_t version = type.rfind(".v");
  if (version != std::string_view::npos &&
      type.find_first_not_of("0123456789", version + 2) ==
          std::string_view::npos)
    type = type.substr(0, version);
  return std::string(type);
}

}  // namespace

std::string short_digest(const Digest& digest) {
  return short_digest(digest.to_string());
}

std::string short_digest(const std::string& digest) {
  return digest.substr(0, 19);
}

std::string type_in_words(const ImageSummary& image) {
  switch (image.state) {
    case BlobContent::State::missing:
      return "missing";
    case BlobContent::State::corrupt:
      return "corrupt";
    case BlobContent::State::unreadable:
      return "unreadable";
    case BlobContent::State::too_large:
      return "too large";
    case BlobContent::State::sound:
      break;
  }
  if (!image.artifact_type.empty()) return shortened(image.artifact_type);
  for (const auto& [type, words] : kTypes)
    if (type == image.media_type) return std::string(words);
  return image.media_type.empty() ? "unknown" : shortened(image.media_type);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "-" : text;
}

std::string minute(std::int64_t ns_since_epoch) {
  std::string text = rfc3339(ns_since_epoch).substr(0, 16);
  text[10] = ' ';
  return text;
}

}  // namespace dregs
