// Who has a file of our root open for writing? format.md 6.2. Linux only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/process_view.h"

namespace dregs {

// The first file at or below one of `directories` (real paths, v2 first) that
// the process has open for writing, also through another mount of it; as the
// process sees it. Costs one readlink for each open file. Empty for what we may
// not look into.
std::optional<std::string> file_open_for_writing(
    const ProcessView& process, const std::vector<std::string>& directories);

}  // namespace dregs
