// The floor below every sweep: unlinks the blobs named in a file, one digest
// or its hex a line, each with its folder, and syncs the filesystem once.
// It asks no questions: only for made stores.
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
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "scanner/digest.h"

namespace dregs {
namespace {

std::vector<Digest> read_digests(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  std::vector<Digest> digests;
  for (std::string line; std::getline(file, line);) {
    auto digest = Digest::parse(line);
    if (!digest) digest = Digest::from_hex(line);
    if (!digest) throw std::runtime_error(line + ": not a digest");
    digests.push_back(*digest);
  }
  return digests;
}

// Relative to blobs/sha256; false where any of the two calls failed.
bool remove_blob(int blobs, const Digest& digest) {
  const std::string hex = digest.hex();
  const std::string folder = hex.substr(0, 2) + "/" + hex;
  return unlinkat(blobs, (folder + "/data").c_str(), 0) == 0 &&
         unlinkat(blobs, folder.c_str(), AT_REMOVEDIR) == 0;
}

int run(const std::string& root, const std::string& list) {
  const std::vector<Digest> digests = read_digests(list);
  const std::string path = root + "/docker/registry/v2/blobs/sha256";
  const int blobs = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (blobs < 0) throw std::system_error(errno, std::generic_category(), path);
  std::atomic<std::size_t> removed = 0;
  tbb::parallel_for(std::size_t{0}, digests.size(), [&](std::size_t i) {
    if (remove_blob(blobs, digests[i])) ++removed;
  });
  const bool synced = syncfs(blobs) == 0;
  close(blobs);
  fmt::print("{{\"removed\":{},\"failed\":{},\"synced\":{}}}\n", removed.load(),
             digests.size() - removed, synced);
  return removed == digests.size() && synced ? 0 : 1;
}

}  // namespace
}  // namespace dregs

int main(int argc, char** argv) try {
  std::string root;
  std::string list;
  int jobs = tbb::info::default_concurrency();
  CLI::App app("Removes the blobs named in a file from a made store");
  app.add_option("--root", root, "Registry root directory")->required();
  app.add_option("DIGESTS", list, "File with one digest a line")->required();
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
