// One manifest with everything that it names and whether that is there, and
// what names it. Reads only that repository; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/explain/image_summary.h"
#include "scanner/inventory/inventory.h"
#include "scanner/manifests/manifest_details.h"

namespace dregs {

enum class PartState {
  there,
  missing,     // nothing has this digest
  wrong_size,  // not as large as the manifest says
  unlinked,    // the blob is there, but no link leads this repository to it
  elsewhere,   // not here, and at the manifest's urls instead
  incomplete,  // a child that is there and misses something itself
  unreadable,
};

std::string_view to_string(PartState state);
inline bool is_there(PartState state) {
  return state != PartState::missing && state != PartState::elsewhere;
}

struct InspectedPart {
  ManifestPart named;
  PartState state = PartState::missing;
};

struct Referrer {
  Digest digest;
  std::string artifact_type;  // raw bytes, may be empty
  std::string tag;            // where a tag's name says what it refers to
};

struct Inspection {
  std::string repository;
  Digest digest;
  BlobContent content;
  ManifestDetails details;
  ImageSummary summary;
  std::vector<std::string> tags;          // that name it; sorted
  std::optional<std::int64_t> pushed_ns;  // mtime of the revision's link
  std::optional<InspectedPart> config;
  std::vector<InspectedPart> layers;
  std::vector<InspectedPart> children;
  std::optional<InspectedPart> subject;
  std::vector<Referrer> referrers;  // sorted
  std::vector<Finding> findings;    // sorted
};

// `who` is what findings are needed by, REPO:TAG or REPO@DIGEST.
Inspection inspect_manifest(const StoreReader& store,
                            const Repository& repository, const Digest& digest,
                            const std::string& who);

}  // namespace dregs
