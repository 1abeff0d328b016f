#include "tests/registry_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace dregs {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts)
    result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::filesystem::path new_log() {
  static std::atomic<int> count = 0;
  return std::filesystem::temp_directory_path() /
         ("dregs-server-" + std::to_string(getpid()) + "-" +
          std::to_string(++count) + ".log");
}

std::vector<std::string> with_program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "docker-registry");
  return arguments;
}

}  // namespace

RegistryServer::RegistryServer(const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment,
                               const std::filesystem::path& folder)
    : log_(new_log()),
      pid_(start_process(with_program(arguments), environment, folder, log_)) {
  try {
    wait_until_it_listens();
  } catch (...) {
    stop_process(pid_);
    throw;
  }
}

RegistryServer::~RegistryServer() {
  stop_process(pid_);
  std::filesystem::remove(log_);
}

void RegistryServer::wait_until_it_listens() const {
  for (int tries = 0; tries < 1500; ++tries) {
    if (text_of(log_).find("listening on") != std::string::npos) return;
    siginfo_t ended{};  // left to be waited for, so that the pid stays ours
    if (waitid(P_PID, static_cast<id_t>(pid_), &ended,
               WEXITED | WNOHANG | WNOWAIT) != 0 ||
        ended.si_pid != 0)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("docker-registry does not listen: " + text_of(log_));
}

pid_t start_process(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment,
                    const std::filesystem::path& folder,
                    const std::filesystem::path& output) {
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const pid_t pid = fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid > 0) return pid;
  const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0 &&
      chdir(folder.c_str()) == 0)
    execvpe(argv[0], argv.data(), envp.data());
  _exit(127);
}

void stop_process(pid_t pid) {
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

}  // namespace dregs
