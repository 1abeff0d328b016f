// Moving a file to where nothing is, on every filesystem. Functions return 0 or
// an errno value. Any number of threads.
#pragma once

#include <string>

namespace dregs {

// Never over another file: EEXIST. EXDEV where it would have to be copied.
// Where the filesystem cannot rename so (NFS, some FUSE), the file gets its new
// name first and loses the old one then: cut short in between it has both, and
// the next move of it goes on there.
int move_file(int from, const std::string& name, int to,
              const std::string& new_name);

// Whether move_file() works in this open folder of dregs's own, tried with an
// empty file that is gone when it returns. EINVAL where it does not.
int try_to_move_in(int folder);

}  // namespace dregs
