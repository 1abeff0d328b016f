// Folders that are left empty go in parallel, but never before those in them.
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "gc/remove/sweep.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

// Takes its time over the folders that have to go first.
class SlowlyFromBelow : public Remover {
 public:
  RemovalOutcome remove(const Removal& removal) override {
    if (removal.name.text().ends_with("/sha256"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::scoped_lock lock(mutex_);
    gone_.insert(removal.name.text());
    if (removal.name.text().ends_with("/_layers") &&
        !gone_.contains(removal.name.text() + "/sha256"))
      ++too_early_;
    return {};
  }
  int sync() override { return 0; }

  std::size_t gone() const { return gone_.size(); }
  int too_early() const { return too_early_; }

 private:
  std::mutex mutex_;
  std::set<std::string> gone_;
  int too_early_ = 0;
};

Plan plan_of_folders(int repositories) {
  Plan plan;
  for (const std::string_view below : {"/_layers/sha256", "/_layers"})
    for (int i = 0; i < repositories; ++i) {
      Removal folder;
      folder.kind = RemovalKind::folder;
      folder.name =
          layout::repository("app" + std::to_string(i)) + std::string(below);
      plan.removals.push_back(std::move(folder));
    }
  return plan;
}

TEST(Sweep, RemovesNoFolderBeforeThoseInsideIt) {
  SlowlyFromBelow remover;
  StopRequest stop;
  SweepProgress progress;
  const Inventory inventory;
  const SweepResult result =
      sweep(plan_of_folders(300), inventory, remover, Replan(), stop, progress);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(remover.gone(), 600U);
  EXPECT_EQ(remover.too_early(), 0);
  EXPECT_EQ(progress.done, 600U);
}

}  // namespace
}  // namespace dregs
