// read_manifest_type() tells what kind of manifest an object is.
#pragma once

#include <simdjson.h>

#include "scanner/manifests/manifest.h"

namespace dregs {

// Sets the kind and the media type, as servers conclude them (format.md#3.2),
// and notes what makes either doubtful. Thread-safe.
void read_manifest_type(const simdjson::dom::object& top, Manifest& manifest);

}  // namespace dregs
