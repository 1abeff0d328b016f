#include "benchmarks/push_all.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "benchmarks/pushes.h"

namespace dregs {
namespace {

using Range = tbb::blocked_range<std::uint64_t>;

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
    std::unique_ptr<const RepositoryWriter> writer;
    for (std::uint64_t i = range.begin(); i != range.end(); ++i) {
      const auto repository = static_cast<std::uint32_t>(i / steps);
      const auto step = static_cast<std::uint32_t>(i % steps);
      if (step == 0 || !writer) writer = pushes.open_repository(repository);
      if (step == 0) counts += pushes.begin_repository(*writer, repository);
      counts += pushes.step(*writer, repository, step);
    }
    return counts;
  };
  return tbb::parallel_reduce(Range(0, repositories * steps, 64), Counts{},
                              push, add);
}

}  // namespace

Counts push_all(const Shape& shape, const StoreWriter& store) {
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

}  // namespace dregs
