// What a list shows of one manifest, read from the manifest itself, its
// config and, of an index, its children. Reads only; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/store/store_reader.h"

namespace dregs {

struct ImageSummary {
  BlobContent::State state = BlobContent::State::missing;
  std::string media_type;
  std::string artifact_type;  // or the config's type, where it is no image
  std::vector<std::string> platforms;  // sorted; raw bytes
  // Bytes of config and layers, each once, as the manifest declares them: what
  // a pull of everything transfers. None where nobody says.
  std::optional<std::uint64_t> size;
  std::string created;  // as the config of a single image writes it
};

ImageSummary summarize_image(const StoreReader& store, const Digest& manifest);

}  // namespace dregs
