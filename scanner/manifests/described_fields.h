// Fields of a manifest as people are shown them; see manifest_details.h.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "scanner/manifests/folded_key.h"
#include "scanner/manifests/manifest_details.h"
#include "scanner/manifests/written_descriptor.h"

namespace dregs {

// A field at the top that names no blobs.
void describe_field(const FoldedKey& key, const simdjson::dom::element& value,
                    ManifestDetails& details);
void describe_part(const WrittenDescriptor& descriptor, ManifestField field,
                   ManifestDetails& details);

// "os/architecture" and the variant, where there is one.
std::string platform_of(const simdjson::dom::object& object);
// The last one counts, whatever its letters' case, as Go has it. Empty where
// there is none. `key` in lower case.
std::string text_at(const simdjson::dom::object& object, std::string_view key);

}  // namespace dregs
