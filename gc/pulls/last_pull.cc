#include "gc/pulls/last_pull.h"

#include <algorithm>
#include <set>
#include <vector>

#include "scanner/manifests/manifest_details.h"

namespace dregs {
namespace {

// Returns the manifest and all its children, at any depth.
std::set<Digest> with_children(const StoreReader& store,
                               const Digest& manifest) {
  std::set<Digest> reached = {manifest};
  std::vector<Digest> waiting = {manifest};
  while (!waiting.empty()) {
    const BlobContent content =
        store.read_blob(waiting.back(), kLargestServedManifest);
    waiting.pop_back();
    if (content.state != BlobContent::State::sound) continue;
    for (const ManifestPart& child : describe_manifest(content.bytes).children)
      if (const auto digest = Digest::parse(child.digest);
          digest && reached.insert(*digest).second)
        waiting.push_back(*digest);
  }
  return reached;
}

}  // namespace

std::optional<std::int64_t> last_pull_of(const PullTimes& pulls,
                                         const StoreReader& store,
                                         const std::string& repository,
                                         const std::string& tag,
                                         const Digest& manifest) {
  std::optional<std::int64_t> last = pulls.last_pull_ns(repository, tag);
  for (const Digest& digest : with_children(store, manifest))
    last = std::max(last, pulls.last_pull_ns(repository, digest.to_string()));
  return last;
}

}  // namespace dregs
