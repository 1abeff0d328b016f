// Writing a link file as a server does: a new file beside it, on the disk, is
// renamed into its place, so that whoever reads has all of the old link or all
// of the new one.
#pragma once

#include <string_view>

#include "scanner/formats/digest.h"

namespace dregs {

// `path` is that of the link, relative to the open folder `at`, and lies below
// it through no symbolic link and on its filesystem; folders that are missing
// are made as those above have it, and the file gets their owner and mode. What
// a run that was killed leaves has the name of a server's temporary file, which
// gc removes. 0, or an errno value; then the old link is as it was. Not while a
// server runs.
int put_link(int at, std::string_view path, const Digest& digest);

}  // namespace dregs
