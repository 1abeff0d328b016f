// EmptiedRepositories are those from which this run removed every revision. On
// a disk their empty folders show that no manifest was lost; a bucket has no
// folders (object-storage.md#2). Any thread may call.
#pragma once

#include <mutex>
#include <set>
#include <string>

namespace dregs {

class EmptiedRepositories {
 public:
  void insert(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    names_.insert(name);
  }
  bool contains(const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    return names_.contains(name);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

}  // namespace dregs
