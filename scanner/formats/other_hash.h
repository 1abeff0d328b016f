// The hashes besides SHA-256 that registries take for digests (format.md#2).
#pragma once

#include <string>
#include <string_view>

namespace dregs {

// Whether the bytes hash to this digest, "sha384:<hex>" or "sha512:<hex>".
// False for any other algorithm. Throws std::runtime_error where OpenSSL
// cannot compute it. Thread-safe.
bool hashes_to(std::string_view bytes, std::string_view digest);

}  // namespace dregs
