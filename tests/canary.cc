#include "tests/canary.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/snapshot.h"

namespace dregs {

namespace fs = std::filesystem;

Canary::Canary(fs::path folder) : folder_(std::move(folder)) {
  fs::create_directories(folder_ / "empty");
  fs::create_directories(folder_ / "inner");
  for (const char* name : {"data", "link", "inner/link", "startedat"})
    std::ofstream(folder_ / name) << "precious " << name;
  settle();
}

std::map<std::string, Canary::State> Canary::look() const {
  std::map<std::string, State> states;
  TreeSnapshot snapshot = snapshot_tree(folder_);
  snapshot.emplace(".", "folder");
  for (auto& [path, what] : snapshot) {
    struct stat status {};
    State& state = states[path];
    state.what = std::move(what);
    if (lstat((folder_ / path).c_str(), &status) == 0)
      state.written_ns =
          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  }
  return states;
}

}  // namespace dregs
