#include "gc/needs/traces.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <set>

#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/manifests/manifest.h"

namespace dregs {
namespace {

bool is_among(const std::vector<Digest>& sorted, const Digest& digest) {
  return std::binary_search(sorted.begin(), sorted.end(), digest);
}

// Returns the manifests that the repository has no revision of any more.
std::set<Digest> deleted_from(const Repository& repository) {
  std::set<Digest> deleted(repository.empty_revisions.begin(),
                           repository.empty_revisions.end());
  for (const HistoryEntry& entry : repository.history)
    if (!is_among(repository.revisions, entry.digest))
      deleted.insert(entry.digest);
  return deleted;
}

bool names_it(const StoreReader& store, const Inventory& inventory,
              const Digest& manifest, const Digest& digest) {
  if (!inventory.blobs.find(manifest)) return false;
  const BlobContent content = store.read_blob(manifest, kLargestServedManifest);
  return content.state == BlobContent::State::sound &&
         content.bytes.find(digest.to_string()) != std::string::npos;
}

std::optional<std::int64_t> deleted_at(const StoreReader& store,
                                       const Repository& repository,
                                       const Digest& manifest) {
  if (!is_among(repository.empty_revisions, manifest)) return std::nullopt;
  return store.modified_time(layout::revision(repository.name, manifest));
}

bool links_as_layer(const Repository& repository, const Digest& digest) {
  return is_among(repository.layers, digest) ||
         std::any_of(repository.aliases.begin(), repository.aliases.end(),
                     [&](const LayerAlias& a) { return a.target == digest; });
}

void add_traces(const StoreReader& store, const Inventory& inventory,
                const Repository& repository, const Digest& digest,
                Traces& traces) {
  if (links_as_layer(repository, digest))
    traces.layer_links.push_back(repository.name);
  for (const HistoryEntry& entry : repository.history)
    if (entry.digest == digest)
      traces.history.push_back(repository.name + ":" +
                               repository.tags[entry.tag].name);
  for (const Digest& manifest : deleted_from(repository))
    if (manifest == digest || names_it(store, inventory, manifest, digest))
      traces.former.push_back(
          {repository.name, manifest, deleted_at(store, repository, manifest)});
}

void gather(Traces& share, Traces& all) {
  append(all.layer_links, std::move(share.layer_links));
  append(all.history, std::move(share.history));
  append(all.former, std::move(share.former));
}

void sort(Traces& traces) {
  std::sort(traces.layer_links.begin(), traces.layer_links.end());
  std::sort(traces.history.begin(), traces.history.end());
  std::sort(traces.former.begin(), traces.former.end(),
            [](const FormerOwner& a, const FormerOwner& b) {
              return std::tie(a.repository, a.manifest) <
                     std::tie(b.repository, b.manifest);
            });
}

}  // namespace

Traces find_traces(const StoreReader& store, const Inventory& inventory,
                   const Digest& digest) {
  tbb::enumerable_thread_specific<Traces> shares;
  tbb::parallel_for(std::size_t{0}, inventory.repositories.size(),
                    [&](std::size_t i) {
                      add_traces(store, inventory, inventory.repositories[i],
                                 digest, shares.local());
                    });
  Traces all;
  for (Traces& share : shares) gather(share, all);
  sort(all);
  return all;
}

}  // namespace dregs
