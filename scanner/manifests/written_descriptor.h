// A WrittenDescriptor is one descriptor of a manifest, as its JSON has it.
// Every text in it is borrowed from the parsed document.
#pragma once

#include <simdjson.h>

#include <array>
#include <optional>
#include <string_view>

#include "scanner/manifests/manifest_field.h"

namespace dregs {

struct WrittenDescriptor {
  std::array<std::string_view, 8> digests;  // more than one where said twice
  std::size_t count = 0;
  bool too_many = false;  // or one that is no text
  bool has_urls = false;
  bool refused = false;     // by Go, were it to decode this
  bool odd_digest = false;  // the key is not spelt as every client spells it
  std::string_view media_type;
  std::optional<std::int64_t> size;
  std::optional<simdjson::dom::object> platform;
};

// Of a manifest of this kind, in this field. Thread-safe.
WrittenDescriptor read_written_descriptor(const simdjson::dom::object& object,
                                          ManifestField field,
                                          ManifestKind kind);

}  // namespace dregs
