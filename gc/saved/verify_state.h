// What `verify --state FILE` remembers from run to run: gc/verify/proved.h as a
// file, a line a blob, under a checksum.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gc/verify/proved.h"

namespace dregs {

// `inode`: v2's, by which a root is told from others.
std::string state_text(const ProvedBlobs& proved, std::uint64_t inode);

// Pure; `name` is the file's. Throws std::runtime_error, in one line, for what
// is no state, was changed or cut short, or belongs to another root.
ProvedBlobs parse_state(std::string_view text, std::uint64_t inode,
                        const std::string& name);

// Nothing where there is no such file yet.
ProvedBlobs load_state(const std::string& file, std::uint64_t inode);

}  // namespace dregs
