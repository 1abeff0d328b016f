// These functions list the processes of this host, as /proc shows them. They
// only read. Any thread may call them.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace dregs {

// Returns the pids, sorted. Throws std::runtime_error where `proc` cannot be
// listed.
std::vector<pid_t> all_processes(const std::string& proc);

// Returns the processes above this one, from the nearest up, and a hundred at
// most.
std::vector<pid_t> ancestors_of_this_process(const std::string& proc);

}  // namespace dregs
