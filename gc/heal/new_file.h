// These functions fill and finish a file that dregs writes into a registry.
#pragma once

#include <string_view>

namespace dregs {

// Writes all of `bytes` to the open file. Returns 0 or an errno value.
int write_all_to(int file, std::string_view bytes);

// Gives the open file the owner and the mode of a server's file in the open
// folder. The mode comes from the folder, because a server makes both under one
// umask. A user who may not change the owner stays the owner. Then the function
// waits until the file is on the disk. Returns 0 or an errno value.
int finish_as_a_server(int file, int folder);

}  // namespace dregs
