#include "gc/layouts/layout_source.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "gc/saved/user_file.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/sha256.h"
#include "scanner/manifests/manifest.h"

namespace dregs {
namespace {

[[noreturn]] void refuse_layout(const std::string& path, std::string_view why) {
  throw std::runtime_error(fmt::format("{}: {}", escaped(path), why));
}

}  // namespace

LayoutSource::LayoutSource(const std::string& path) : path_(path) {
  const std::string index = path + "/index.json";
  std::error_code failed;
  if (!std::filesystem::is_regular_file(index, failed))
    refuse_layout(
        path, "is not an OCI layout, or not a whole one: it has no index.json");
  entries_ = entries_of_index(read_file(index), index);
  blobs_ = open_folder(AT_FDCWD, path + "/blobs/sha256");
  if (!blobs_)
    refuse_layout(path, "is not an OCI layout: it has no blobs/sha256");
}

std::optional<std::uint64_t> LayoutSource::size_of(const Digest& digest) const {
  FileStatus status;
  if (followed_status(blobs_.get(), digest.hex().c_str(), status) != 0 ||
      !status.regular())
    return std::nullopt;
  return status.size;
}

Descriptor LayoutSource::open(const Digest& digest) const {
  return open_followed(blobs_.get(), digest.hex().c_str());
}

std::optional<std::string> LayoutSource::manifest(const Digest& digest) const {
  const auto size = size_of(digest);
  if (!size) return std::nullopt;
  const std::string file = path_ + "/blobs/sha256/" + digest.hex();
  if (*size > kLargestServedManifest)
    refuse_layout(file, "is larger than any manifest that servers serve");
  std::string bytes = read_file(file);
  if (sha256(bytes) != digest) refuse_layout(file, "does not hash to its name");
  return bytes;
}

}  // namespace dregs
