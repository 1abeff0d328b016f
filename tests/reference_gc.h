// The naive collector that the engine is compared with: one thread, sets of
// strings, no cleverness, no engine code but digests. It says what a run
// would remove; it removes nothing. Ages, limits, symbolic links and foreign
// files are not its subject.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace dregs {

// Digests are "alg:hex" texts. `paths` are the same removals as files,
// relative to v2.
struct ReferencePlan {
  std::set<std::string> blobs;
  std::set<std::pair<std::string, std::string>> revisions;    // repository, …
  std::set<std::pair<std::string, std::string>> layer_links;  // repository, …
  std::set<std::tuple<std::string, std::string, std::string>> tag_history;
  std::set<std::string> pinned;  // repositories of which nothing goes
  std::set<std::string> paths;
  std::set<std::string> live;  // every digest that something keeps
};

ReferencePlan reference_gc(const std::filesystem::path& v2,
                           bool delete_untagged);

}  // namespace dregs
