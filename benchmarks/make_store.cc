// Makes the registry root that a busy server would have left. Nothing is synced
// to the disk.
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <exception>
#include <filesystem>

#include "benchmarks/counts_json.h"
#include "benchmarks/folder_writer.h"
#include "benchmarks/push_all.h"
#include "benchmarks/shape_options.h"

namespace dregs {
namespace {

struct Options {
  std::string root;
  Shape shape;
  int jobs = tbb::info::default_concurrency();
};

void declare(CLI::App& app, Options& options) {
  app.add_option("ROOT", options.root, "New root directory")->required();
  declare_shape(app, options.shape);
  app.add_option("-j,--jobs", options.jobs)->check(CLI::Range(1, 1024));
}

int run(const Options& options) {
  if (std::filesystem::exists(options.root + "/docker")) {
    fmt::print(stderr, "make_store: {} holds a registry already\n",
               options.root);
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  const tbb::global_control threads(
      tbb::global_control::max_allowed_parallelism,
      static_cast<std::size_t>(options.jobs));
  const Counts counts = tbb::task_arena(options.jobs).execute([&] {
    return push_all(options.shape, FolderWriter(options.root));
  });
  const std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  nlohmann::ordered_json made = {{"root", options.root},
                                 {"seed", options.shape.seed}};
  made.update(to_json(counts));
  made["seconds"] = seconds.count();
  fmt::print("{}\n", made.dump());
  return 0;
}

}  // namespace
}  // namespace dregs

int main(int argc, char** argv) try {
  dregs::Options options;
  CLI::App app("Makes a registry root of a given shape for benchmarks");
  app.option_defaults()->always_capture_default();
  dregs::declare(app, options);
  CLI11_PARSE(app, argc, argv);
  return dregs::run(options);
} catch (const std::exception& error) {
  fmt::print(stderr, "make_store: {}\n", error.what());
  return 1;
}
