// Asks long work to end early: set by a signal handler, a deadline or a
// foreign write; read by every loop between items. Lock-free from any thread.
#pragma once

#include <atomic>

namespace dregs {

enum class StopReason : int { none, interrupt, terminate, deadline, changed };

class StopRequest {
 public:
  // The first reason stays.
  void request(StopReason reason) {
    int expected = 0;
    reason_.compare_exchange_strong(expected, static_cast<int>(reason));
  }
  bool requested() const {
    return reason_.load(std::memory_order_relaxed) != 0;
  }
  StopReason reason() const { return static_cast<StopReason>(reason_.load()); }

 private:
  std::atomic<int> reason_{0};
};

}  // namespace dregs
