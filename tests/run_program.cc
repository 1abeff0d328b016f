#include "tests/run_program.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

extern char** environ;

namespace dregs {
namespace {

[[noreturn]] void fail(int error, const char* what) {
  throw std::system_error(error, std::generic_category(), what);
}

struct CloseFile {
  void operator()(FILE* file) const { static_cast<void>(fclose(file)); }
};
using Capture = std::unique_ptr<FILE, CloseFile>;

// A file rather than a pipe: nobody has to read while the program runs.
Capture capture() {
  Capture file(tmpfile());
  if (!file) fail(errno, "tmpfile");
  return file;
}

std::string read_all(FILE* file) {
  if (fseek(file, 0, SEEK_SET) != 0) fail(errno, "fseek");
  std::string text;
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, file)) > 0;) {
    text.append(buffer, n);
  }
  return text;
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail(errno, "waitpid");
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& argv) {
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  const Capture out = capture();
  const Capture err = capture();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(out.get()), 1);
  posix_spawn_file_actions_adddup2(&actions, fileno(err.get()), 2);
  pid_t child = 0;
  const int error = posix_spawnp(&child, pointers[0], &actions, nullptr,
                                 pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return {127, "", ""};
  if (error != 0) fail(error, pointers[0]);
  const int exit_code = wait_for(child);
  return {exit_code, read_all(out.get()), read_all(err.get())};
}

bool can_trace() {
#ifdef DREGS_SANITIZED
  return false;
#endif
  static const bool can =
      run_program({"strace", "-o", "/dev/null", "true"}).exit_code == 0;
  return can;
}

std::string name_of_fault(std::string fault) {
  std::replace_if(
      fault.begin(), fault.end(), [](char c) { return c == ':' || c == '='; },
      '_');
  return fault;
}

}  // namespace dregs
