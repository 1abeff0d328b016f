#include "gc/compare/registry_content.h"

#include <algorithm>

#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

std::vector<Digest> linked_by(const Repository& repository) {
  std::vector<Digest> digests = repository.layers;
  digests.insert(digests.end(), repository.revisions.begin(),
                 repository.revisions.end());
  for (const LayerAlias& alias : repository.aliases)
    if (alias.target) digests.push_back(*alias.target);
  return digests;
}

}  // namespace

bool names_repository(const std::vector<ImageRef>& refs,
                      const std::string& repository) {
  return refs.empty() ||
         std::any_of(refs.begin(), refs.end(), [&](const ImageRef& ref) {
           return ref.repository == repository ||
                  glob_matches(ref.repository, repository);
         });
}

RegistryContent content_of(const Inventory& inventory,
                           const std::vector<ImageRef>& refs) {
  RegistryContent content;
  std::vector<Digest> linked;
  for (const Repository& repository : inventory.repositories) {
    if (!names_repository(refs, repository.name)) continue;
    for (const Tag& tag : repository.tags)
      content.tags.push_back({repository.name, tag.name, tag.current});
    for (const Digest& digest : repository.revisions)
      content.manifests.push_back({repository.name, digest});
    if (refs.empty()) continue;
    const std::vector<Digest> own = linked_by(repository);
    linked.insert(linked.end(), own.begin(), own.end());
  }
  if (refs.empty())
    for (const Blob& blob : inventory.blobs)
      content.blobs.push_back({blob.digest, blob.size});
  for (const Digest& digest : linked)
    if (const auto blob = inventory.blobs.find(digest))
      content.blobs.push_back({digest, inventory.blobs[*blob].size});
  sort_unique(content.tags);
  sort_unique(content.manifests);
  sort_unique(content.blobs);
  return content;
}

}  // namespace dregs
