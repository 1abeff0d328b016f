// Runs a program to its end, as a user's shell would.
#pragma once

#include <string>
#include <vector>

namespace dregs {

struct ProgramResult {
  int exit_code = 0;  // 128 and the signal's number where one ended it
  std::string out;
  std::string err;
};

// argv[0] is looked up in PATH. 127 where there is no such program; throws
// std::system_error where none can be started at all.
ProgramResult run_program(const std::vector<std::string>& argv);

// Whether strace is there and may trace: not what a sanitizer watches, since
// under strace that cannot look for leaks and fails.
bool can_trace();

// What strace is to inject, "fsync:error=EIO", as a part of a test's name.
std::string name_of_fault(std::string fault);

}  // namespace dregs
