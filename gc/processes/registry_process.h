// Registry processes on this host that serve, or collect, our root.
//
// A process counts where the folder that its configuration names is ours by
// device and inode, under whatever path; or where it has a file of ours open
// for writing, whatever it is called. A process that calls itself a registry
// but cannot be looked into, or whose configuration changed after it started,
// is a doubt; a doubt counts where its mount table shows that it could reach
// our root. What format.md#6.3 lists (other hosts, other PID namespaces) cannot
// be seen here. format.md#6.2. Linux only.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "scanner/disk/root.h"

namespace dregs {

struct RegistryProcess {
  pid_t pid = 0;
  std::string command_line;  // control bytes spelled out
  std::string root;          // as the process sees it; empty: not known
  bool collects = false;     // `garbage-collect` rather than a server
  // Will not write: a read-only server that is no pull-through cache, or a
  // dry run of garbage-collect. Never true where there is a doubt.
  bool readonly = false;
  bool uses_redis = false;  // its descriptor cache outlives it
  bool certain = false;     // looked up, not presumed
  std::string detail;       // what tells that it serves our root, or the doubt
};

// Sorted by pid; without this process and the garbage-collect among its
// ancestors. Never throws for processes that end meanwhile, but throws
// std::runtime_error where `proc` itself cannot be listed; `proc` is /proc
// but for tests. Reads only; any thread.
std::vector<RegistryProcess> find_registry_processes(
    const ResolvedRoot& root, const std::string& proc = "/proc");

}  // namespace dregs
