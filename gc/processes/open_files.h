// Who has a file of our root open for writing? format.md#6.2. Linux only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/processes/process_view.h"

namespace dregs {

// The first file at or below one of the folders (real paths; the first is v2)
// that the process has open for writing, also through another mount of v2; as
// the process sees it. Costs one readlink for each open file. Empty for what we
// may not look into.
std::optional<std::string> file_open_for_writing(
    const ProcessView& process, const std::vector<std::string>& folders);

// The rootdirectories, as the process sees them, of all registries' files that
// it has open, whether it reads or writes them. A registry has one root: a file
// that is open in another's tells which. Only what is certain: a file that lies
// where its name says, seen from the process's own root folder.
std::vector<std::string> roots_of_open_files(const ProcessView& process);

}  // namespace dregs
