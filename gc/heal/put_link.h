// put_link() writes a link file as a server does. It writes a new file beside
// the link, waits until it is on the disk, and renames it. A reader sees the
// whole old link or the whole new one.
#pragma once

#include <string_view>

#include "scanner/formats/digest.h"

namespace dregs {

// `path` is the path of the link, relative to the open folder `at`. No symbolic
// link and no other filesystem may lie on the way. Missing folders are made,
// with owner and mode of the folder above; the file gets them too. A run that
// is killed may leave a file with the name of a server's temporary file; gc
// removes it. Returns 0 or an errno value. On an error the old link is
// unchanged. No server may run meanwhile.
int put_link(int at, std::string_view path, const Digest& digest);

}  // namespace dregs
