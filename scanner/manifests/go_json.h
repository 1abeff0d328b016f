// JSON as Go's encoding/json takes it, for servers decode manifests with that
// (format.md#3.1). It accepts what simdjson refuses: bytes that are not UTF-8,
// halves of surrogate pairs, numbers of any size. Thread-safe.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace dregs {

// Deeper nesting than the server's own decoder takes is refused.
inline constexpr std::size_t kDeepestJson = 10'000;

// Parses into memory that the calling thread keeps for its next document:
// `top` is valid until then. False where Go refuses the bytes, or where they
// are not an object. Throws std::bad_alloc.
bool parse_go_object(std::string_view bytes, simdjson::dom::object& top);

// The same document in a spelling that simdjson takes. What Go replaces by
// U+FFFD becomes '?', which stands in no key and in no digest; a number that
// is not a signed integer of 64 bits becomes 0.5, which is not one either.
std::string respell_as_strict_json(std::string_view bytes);

}  // namespace dregs
