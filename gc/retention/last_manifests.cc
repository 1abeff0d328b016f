#include "gc/retention/last_manifests.h"

#include <algorithm>
#include <map>

namespace dregs {
namespace {

bool is_newer(const DatedManifest& a, const DatedManifest& b,
              RetentionOrder order) {
  return order == RetentionOrder::semver ? *a.version > *b.version
                                         : a.time_ns > b.time_ns;
}

std::vector<DatedManifest> newest_of_each(
    const std::vector<DatedManifest>& tags, RetentionOrder order) {
  std::map<DigestId, DatedManifest> by_manifest;
  for (const DatedManifest& tag : tags) {
    const auto [at, is_new] = by_manifest.emplace(tag.manifest, tag);
    if (!is_new && is_newer(tag, at->second, order)) at->second = tag;
  }
  std::vector<DatedManifest> all;
  all.reserve(by_manifest.size());
  for (const auto& [manifest, newest] : by_manifest) all.push_back(newest);
  return all;
}

}  // namespace

LastManifests last_manifests(const std::vector<DatedManifest>& tags,
                             std::uint64_t most, RetentionOrder order) {
  std::vector<DatedManifest> all = newest_of_each(tags, order);
  std::sort(all.begin(), all.end(),
            [order](const DatedManifest& a, const DatedManifest& b) {
              return is_newer(a, b, order);
            });
  LastManifests last;
  last.of = all.size();
  for (std::size_t at = 0; at < all.size(); ++at)
    if (at < most || !is_newer(all[most - 1], all[at], order))
      last.kept.insert(all[at].manifest);
  return last;
}

}  // namespace dregs
