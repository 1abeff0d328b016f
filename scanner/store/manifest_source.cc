#include "scanner/store/manifest_source.h"

namespace dregs {

ManifestRead unreadable_manifest(int error) {
  ManifestRead read;
  read.error = error;
  return read;
}

ManifestRead opaque_manifest() {
  ManifestRead read;
  read.state = ManifestState::opaque;
  return read;
}

ManifestRead oversized_manifest() {
  ManifestRead read;
  read.state = ManifestState::too_large;
  read.manifest.kind = ManifestKind::undecodable;
  return read;
}

ManifestRead judge_manifest_bytes(std::string_view bytes, bool hashes_to_name) {
  ManifestRead read;
  read.state = hashes_to_name ? ManifestState::sound : ManifestState::corrupt;
  read.manifest = parse_manifest(bytes);
  if (!hashes_to_name) collect_mentioned_digests(bytes, read.manifest);
  return read;
}

}  // namespace dregs
