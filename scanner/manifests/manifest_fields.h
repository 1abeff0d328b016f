// The one reader of a manifest's fields, for what is kept and for what people
// are shown, so that the two cannot contradict each other. Keys are folded as
// Go folds them, and every array that any type of manifest uses is read,
// whatever the type says: a union can only keep more.
#pragma once

#include <simdjson.h>

#include "scanner/manifests/manifest.h"
#include "scanner/manifests/manifest_details.h"

namespace dregs {

// Adds to `manifest`, and to `details` where it is not null. Thread-safe.
void read_manifest_fields(const simdjson::dom::object& top, Manifest& manifest,
                          ManifestDetails* details);

}  // namespace dregs
