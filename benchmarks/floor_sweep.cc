// The floor below every sweep: unlinks the files named in a list, each with
// its folder, in parallel, with the barriers that the list asks for. It asks no
// questions: only for made stores.
//
// A line is a path below docker/registry/v2. "a/b/data" removes that file and
// then the folder a/b; "a/b/" removes a folder only; an empty line waits until
// everything before it is on the disk, as the end does.
#include <fcntl.h>
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace dregs {
namespace {

using Stage = std::vector<std::string>;

std::vector<Stage> read_stages(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  std::vector<Stage> stages(1);
  for (std::string line; std::getline(file, line);)
    if (!line.empty())
      stages.back().push_back(line);
    else if (!stages.back().empty())
      stages.emplace_back();
  if (stages.back().empty()) stages.pop_back();
  return stages;
}

bool remove(int v2, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    throw std::runtime_error(path + ": not in a folder of its own");
  const bool is_folder = slash + 1 == path.size();
  if (!is_folder && unlinkat(v2, path.c_str(), 0) != 0) return false;
  return unlinkat(v2, path.substr(0, slash).c_str(), AT_REMOVEDIR) == 0;
}

int run(const std::string& root, const std::string& list) {
  const std::vector<Stage> stages = read_stages(list);
  const std::string path = root + "/docker/registry/v2";
  const int v2 = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (v2 < 0) throw std::system_error(errno, std::generic_category(), path);
  std::atomic<std::size_t> removed = 0, failed = 0;
  bool synced = true;
  const auto start = std::chrono::steady_clock::now();
  for (const Stage& stage : stages) {
    tbb::parallel_for(std::size_t{0}, stage.size(), [&](std::size_t i) {
      ++(remove(v2, stage[i]) ? removed : failed);
    });
    synced &= syncfs(v2) == 0;
  }
  const std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  close(v2);
  fmt::print(
      "{{\"removed\":{},\"failed\":{},\"synced\":{},\"seconds\":{:.3f}}}\n",
      removed.load(), failed.load(), synced, seconds.count());
  return failed == 0 && synced ? 0 : 1;
}

}  // namespace
}  // namespace dregs

int main(int argc, char** argv) try {
  std::string root;
  std::string list;
  int jobs = tbb::info::default_concurrency();
  CLI::App app("Removes the files named in a list from a made store");
  app.add_option("--root", root, "Registry root directory")->required();
  app.add_option("LIST", list, "What goes, and the barriers")->required();
  app.add_option("-j,--jobs", jobs)->check(CLI::Range(1, 1024));
  CLI11_PARSE(app, argc, argv);
  const tbb::global_control threads(
      tbb::global_control::max_allowed_parallelism,
      static_cast<std::size_t>(jobs));
  return tbb::task_arena(jobs).execute([&] { return dregs::run(root, list); });
} catch (const std::exception& error) {
  fmt::print(stderr, "floor_sweep: {}\n", error.what());
  return 1;
}
