// Could a process reach our root at all? Its mount table says so even to who
// may not look into the process. Pure.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

// Whether some mount of `theirs` shows what lies at `path` or a part of it,
// or, an overlay, writes there. Both tables in the format of
// /proc/PID/mountinfo; `path` is a real path of ours. True also where a table
// cannot be understood.
bool may_reach(std::string_view ours, std::string_view theirs,
               const std::string& path);

}  // namespace dregs
