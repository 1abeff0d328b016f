// A real docker-registry on loopback, for tests that must meet one. It picks a
// free port, and is stopped by its pid. One thread at a time.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace dregs {

class RegistryServer {
 public:
  // `arguments` follow the program's name, `environment` is all it gets,
  // `folder` is its working directory. Returns once it listens; throws
  // std::runtime_error with what it said where it does not.
  RegistryServer(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment,
                 const std::filesystem::path& folder);
  ~RegistryServer();
  RegistryServer(const RegistryServer&) = delete;
  RegistryServer& operator=(const RegistryServer&) = delete;

  pid_t pid() const { return pid_; }

 private:
  void wait_until_it_listens() const;

  std::filesystem::path log_;
  pid_t pid_ = 0;
};

// Runs a program in the background; its pid. Throws std::system_error.
pid_t start_process(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment,
                    const std::filesystem::path& folder,
                    const std::filesystem::path& output);
void stop_process(pid_t pid);

}  // namespace dregs
