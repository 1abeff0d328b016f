// The stage of the stories of format.md#8: a repository "app" that a test
// damages, and a sound neighbour "other" with garbage of its own. Each story
// runs twice, with and without --delete-untagged.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/gc_run.h"
#include "tests/store_builder.h"

namespace dregs {

class DamagedStore : public testing::TestWithParam<bool> {
 protected:
  DamagedStore();

  bool deletes_untagged() const { return GetParam(); }

  // Runs gc and looks at what became of the store. Fails where a file was
  // added or changed.
  void collect();

  // What a run removes of a repository that nothing is wrong with: the layer
  // that no manifest names, and, where untagged manifests go, `old`.
  std::set<std::string> garbage_of(const std::string& repository) const;

  // The neighbour was collected, and whatever else went is `more`.
  void expect_gone(std::set<std::string> more = {}) const;
  // All of "app" stayed, the neighbour was collected.
  void expect_pinned() const;
  // The same of a store that was collected before, with other damage.
  void expect_still_pinned() const;
  // Both were collected, and nothing else went.
  void expect_not_pinned() const;

  // The finding of this kind at this path below v2. Fails where there is none,
  // or where its repository, digest (empty: none) or needed_by is another.
  nlohmann::json expect_finding(const std::string& kind,
                                const std::string& path,
                                const std::string& digest,
                                const std::vector<std::string>& needed_by,
                                const std::string& repository = "app") const;
  std::string detail_of(const std::string& kind) const;
  bool reported(const std::string& kind) const;

  // Paths of everything that a push of this image wrote but its tags.
  static std::set<std::string> files_of(const std::string& repository,
                                        const BuiltImage& image);

  StoreBuilder store;
  BuiltImage app;  // app:v1
  BuiltImage old;  // untagged, shares its first layer with app:v1
  GcRun run;
  std::set<std::string> lost;  // files, relative to v2

 private:
  BuiltImage fill(const std::string& repository, const std::string& tag);
};

// "app@sha256:<hex>", as needed_by names an untagged revision.
std::string untagged(const std::string& repository, const Digest& digest);

std::string mode_name(const testing::TestParamInfo<bool>& mode);

}  // namespace dregs

#define DREGS_IN_BOTH_MODES(suite) \
  INSTANTIATE_TEST_SUITE_P(Gc, suite, testing::Bool(), dregs::mode_name)
