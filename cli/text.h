// Words and numbers for a person. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dregs {

// Bytes as they are but for control bytes, backslashes and what is not
// UTF-8, which become \n, \\, \x7f …: a name from the disk must not be able
// to move a cursor.
std::string escaped(std::string_view bytes);

// The same, but for the ends of lines, which stay.
std::string escaped_lines(std::string_view bytes);

// The same for JSON, which escapes control bytes itself: only what is not
// UTF-8 becomes \xff.
std::string utf8(std::string_view bytes);

std::string human_bytes(std::uint64_t bytes);  // "1.2 GiB"
std::string grouped(std::uint64_t number);     // "1,234,567"
std::string rfc3339(std::int64_t ns_since_epoch);

// "1 blob", "1,234 blobs".
std::string counted(std::uint64_t number, std::string_view singular,
                    std::string_view plural);

}  // namespace dregs
