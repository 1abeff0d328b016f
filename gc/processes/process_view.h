// One process as /proc shows it. Nothing here throws for a process that ends
// meanwhile or that we may not look into: answers are then empty or carry an
// errno. format.md#6.2. Linux only. Reads only; any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

// Bytes, or why there are none.
struct ProcRead {
  std::string bytes;
  int error = 0;  // errno
};

// A path that we can open, or why there is none. No symbolic link is left in
// it: the kernel would follow an absolute one into our root, not theirs.
struct ProcPath {
  std::string path;
  int error = 0;  // errno
};

class ProcessView {
 public:
  // `proc` is /proc but for tests.
  ProcessView(const std::string& proc, pid_t pid);

  pid_t pid() const { return pid_; }
  bool alive() const;

  // Empty for kernel threads, zombies and processes that are gone.
  std::vector<std::string> arguments() const;
  std::string name() const;  // at most 15 bytes, the kernel cuts it
  ProcRead environment() const { return read("environ"); }
  ProcRead mounts() const { return read("mountinfo"); }

  // `path` is as the process sees it, relative to its working directory.
  ProcPath open_path(const std::string& path) const;
  // The same as an absolute path in the process's own view, for people.
  std::string absolute(const std::string& path) const;

  std::optional<pid_t> parent() const;
  std::optional<std::chrono::system_clock::time_point> started() const;

  std::string file(const char* name) const { return folder_ + "/" + name; }

 private:
  ProcRead read(const char* name) const;
  std::optional<long long> stat_field(std::size_t number) const;

  std::string folder_;
  pid_t pid_;
};

// "a\0b\0" as the kernel writes arguments and environments.
std::vector<std::string> split_at_zeros(const std::string& bytes);

}  // namespace dregs
