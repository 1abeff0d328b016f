#include "cli/arguments/threads.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <latch>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace dregs {
namespace {

// The progress line's, the deadline's, and one for what else a library starts.
constexpr std::size_t kSpare = 3;

// A thread that was joined counts until the kernel has let go of it, which is
// when it is no longer in this folder: its links are the threads and 2.
void wait_until_alone() {
  constexpr std::chrono::milliseconds kLongest(200);
  const auto end = std::chrono::steady_clock::now() + kLongest;
  struct stat status {};
  while (::stat("/proc/self/task", &status) == 0 && status.st_nlink > 3 &&
         std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::microseconds(50));
}

// All alive at once, then none.
std::size_t startable(std::size_t most) {
  std::latch asked(1);
  std::vector<std::jthread> threads;
  threads.reserve(most);
  try {
    while (threads.size() < most)
      threads.emplace_back([&asked] { asked.wait(); });
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  asked.count_down();
  const std::size_t started = threads.size();
  threads.clear();
  wait_until_alone();
  return started;
}

}  // namespace

std::size_t threads_to_be_had(std::size_t wanted) {
  const std::size_t others = startable(wanted - 1 + kSpare);
  return 1 + (others > kSpare ? std::min(others - kSpare, wanted - 1) : 0);
}

}  // namespace dregs
