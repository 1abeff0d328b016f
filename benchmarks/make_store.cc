// Makes the registry root that a busy server would have left: seeded, so that
// the same options give the same bytes on any machine with any number of
// threads. Nothing is synced to the disk.
#include <fmt/format.h>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "benchmarks/counts.h"
#include "benchmarks/pushes.h"
#include "benchmarks/shape.h"
#include "benchmarks/store_writer.h"

namespace dregs {
namespace {

using Json = nlohmann::ordered_json;
using Range = tbb::blocked_range<std::uint64_t>;

struct Options {
  std::string root;
  Shape shape;
  int jobs = tbb::info::default_concurrency();
};

Counts add(Counts a, const Counts& b) { return a += b; }

Counts for_all(std::uint64_t count,
               const std::function<Counts(std::uint32_t)>& make) {
  return tbb::parallel_reduce(
      Range(0, count), Counts{},
      [&](const Range& range, Counts counts) {
        for (std::uint64_t i = range.begin(); i != range.end(); ++i)
          counts += make(static_cast<std::uint32_t>(i));
        return counts;
      },
      add);
}

// One flat range over all repositories: a single large one keeps every thread
// as busy as thousands of small ones.
Counts push_repositories(const Pushes& pushes, std::uint32_t repositories) {
  const std::uint64_t steps = pushes.steps_per_repository();
  const auto push = [&](const Range& range, Counts counts) {
    std::optional<RepositoryWriter> writer;
    for (std::uint64_t i = range.begin(); i != range.end(); ++i) {
      const auto repository = static_cast<std::uint32_t>(i / steps);
      const auto step = static_cast<std::uint32_t>(i % steps);
      if (step == 0 || !writer)
        writer.emplace(pushes.open_repository(repository));
      if (step == 0) counts += pushes.begin_repository(*writer, repository);
      counts += pushes.step(*writer, repository, step);
    }
    return counts;
  };
  return tbb::parallel_reduce(Range(0, repositories * steps, 64), Counts{},
                              push, add);
}

Counts make_store(const Options& options) {
  const Shape& shape = options.shape;
  const StoreWriter store(options.root);
  const Pushes pushes(shape, store);
  Counts counts = for_all(pushes.base_images(), [&](std::uint32_t number) {
    return pushes.push_base_image(number);
  });
  if (shape.shared_image_pool != 0)
    counts += for_all(shape.current_images(), [&](std::uint32_t number) {
      return pushes.push_pool_image(number);
    });
  counts += push_repositories(pushes, shape.repositories);
  counts += for_all(shape.uploads, [&](std::uint32_t number) {
    return pushes.leave_upload(number);
  });
  return counts;
}

Json to_json(const Garbage& garbage) {
  return {{"revisions", garbage.revisions},
          {"blobs", garbage.blobs},
          {"bytes", garbage.bytes}};
}

Json to_json(const Options& options, const Counts& counts, double seconds) {
  return {{"root", options.root},
          {"seed", options.shape.seed},
          {"repositories", counts.repositories},
          {"tags", counts.tags},
          {"tag_history", counts.tag_history},
          {"revisions", counts.revisions},
          {"layer_links", counts.layer_links},
          {"blobs", counts.blobs},
          {"bytes", counts.bytes},
          {"uploads", counts.uploads},
          {"upload_bytes", counts.upload_bytes},
          {"garbage", to_json(counts.gc)},
          {"garbage_delete_untagged", to_json(counts.gc_m)},
          {"seconds", seconds}};
}

void declare(CLI::App& app, Options& options) {
  Shape& shape = options.shape;
  app.add_option("ROOT", options.root, "New root directory")->required();
  app.add_option("--seed", shape.seed, "Other seeds give other bytes");
  app.add_option("--repositories", shape.repositories)
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--tags", shape.tags, "Per repository")
      ->check(CLI::Range(1, 100'000'000));
  app.add_option("--layers", shape.layers, "Per image, its own");
  app.add_option("--base-layers", shape.base_layers, "Per image, shared");
  app.add_option("--multi-arch-share", shape.multi_arch_share,
                 "Of the images: an index with two children")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--moved-tags-share", shape.moved_tags_share,
                 "Of the tags: an older revision is left untagged")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--deleted-share", shape.deleted_share,
                 "Images deleted through the API, per tag")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--blob-bytes", shape.blob_bytes,
                 "Size of every layer; 0: log-normal, as the next four say")
      ->check(CLI::Range(0, 1'000'000'000));
  app.add_option("--median-bytes", shape.median_bytes)
      ->check(CLI::Range(1.0, 1e9));
  app.add_option("--sigma", shape.sigma)->check(CLI::Range(0.0, 10.0));
  app.add_option("--least-bytes", shape.least_bytes)
      ->check(CLI::Range(32, 1'000'000'000));
  app.add_option("--most-bytes", shape.most_bytes)
      ->check(CLI::Range(32, 1'000'000'000));
  app.add_option("--uploads", shape.uploads, "Unfinished uploads in all");
  app.add_option("--shared-image-pool", shape.shared_image_pool,
                 "All tags share that many images");
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
    return make_store(options);
  });
  const std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  fmt::print("{}\n", to_json(options, counts, seconds.count()).dump());
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
