#include "scanner/objects/at_once.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace dregs {
namespace {

class Crew {
 public:
  Crew(std::size_t count, const std::function<void(std::size_t)>& work)
      : count_(count), work_(work) {}

  void run(std::size_t threads) {
    {
      std::vector<std::jthread> others;
      try {
        for (std::size_t i = 1; i < threads; ++i)
          others.emplace_back([this] { take(); });
      } catch (const std::system_error&) {
        // Fewer do it as well.
      }
      take();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void take() {
    for (std::size_t i = next_++; i < count_ && !failed_; i = next_++) {
      try {
        work_(i);
      } catch (...) {
        const std::scoped_lock lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        failed_ = true;
      }
    }
  }

  std::size_t count_;
  const std::function<void(std::size_t)>& work_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

void at_once(int connections, std::size_t count,
             const std::function<void(std::size_t)>& work) {
  const auto most = static_cast<std::size_t>(std::max(connections, 1));
  Crew(count, work).run(std::min(most, count));
}

}  // namespace dregs
