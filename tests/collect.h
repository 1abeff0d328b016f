// The passes of `dregs gc` in this process, so that a test can step between
// them.
#pragma once

#include <filesystem>
#include <functional>

#include "gc/decide/plan.h"
#include "gc/mark/survey.h"
#include "gc/remove/sweep.h"
#include "scanner/files/descriptor.h"

namespace dregs {

// Everything stale goes, however young: tests have no week to wait.
Policy policy_of_tests(bool delete_untagged);

// A store between marking and sweeping. Throws std::runtime_error where gc
// would refuse.
class MarkedStore {
 public:
  MarkedStore(const std::filesystem::path& v2, const Policy& policy);

  int v2() const { return v2_.get(); }
  const Inventory& inventory() const { return survey_.inventory; }
  const Plan& plan() const { return plan_; }
  StopRequest& stop() { return stop_; }

  SweepResult sweep(const Precautions& precautions = {});

 private:
  Plan replan(const std::set<std::uint32_t>& failed) const;

  Policy policy_;
  Descriptor v2_;
  StopRequest stop_;
  Survey survey_;
  Plan plan_;
};

SweepResult collect(const std::filesystem::path& v2, bool delete_untagged);

}  // namespace dregs
