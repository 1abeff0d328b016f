// Words and numbers for a person. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scanner/formats/escaped.h"  // for whoever prints names

namespace dregs {

std::string human_bytes(std::uint64_t bytes);  // "1.2 GiB"
std::string grouped(std::uint64_t number);     // "1,234,567"
std::string rfc3339(std::int64_t ns_since_epoch);

// "1 blob", "1,234 blobs".
std::string counted(std::uint64_t number, std::string_view singular,
                    std::string_view plural);

}  // namespace dregs
