// What an undisturbed run makes of a store, to judge disturbed ones by
// (promises.md#the-three).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "tests/snapshot.h"
#include "tests/store_builder.h"

namespace dregs {

class Undisturbed {
 public:
  using Build = std::function<void(StoreBuilder&)>;

  // Builds a store and collects it.
  Undisturbed(const Build& build, bool delete_untagged);

  // unlinkat and syncfs calls of that run.
  std::size_t calls() const { return calls_; }

  // What is wrong with such a store after a run that was cut short; empty
  // where every live file is as it was and every live image can be served.
  std::string harm_in(const std::filesystem::path& v2) const;

  // Whether some of what goes is gone, and some is not.
  bool is_half_done(const std::filesystem::path& v2) const;

  // Collects what is left; empty where that ends where this run ended, the
  // folders too, else what differs.
  std::string rerun_differs(const std::filesystem::path& v2) const;

  // The first path in which the folder is not as this run left it, or "".
  std::string difference(const std::filesystem::path& v2) const;

 private:
  using Images = std::map<std::string, std::set<std::string>>;

  std::string image_harmed(const std::filesystem::path& v2) const;

  bool delete_untagged_;
  std::size_t calls_ = 0;
  TreeSnapshot before_;
  TreeSnapshot after_;
  std::set<std::string> garbage_;  // files
  Images images_before_;
  Images images_after_;
};

// One of everything that a sweep removes or must not, in few files.
void build_one_of_each(StoreBuilder& store);

}  // namespace dregs
