// A GraphWriter fills a ManifestGraph with what read_manifests() finds.
//
// One thread writes. While none does, any number may ask graph() and lookup().
#pragma once

#include <span>
#include <vector>

#include "scanner/store/manifest_source.h"

namespace dregs {

class GraphWriter {
 public:
  // The inventory is borrowed.
  explicit GraphWriter(const Inventory& inventory);
  // Goes on with a graph of the same blobs.
  GraphWriter(const Inventory& inventory, ManifestGraph graph)
      : inventory_(inventory), graph_(std::move(graph)) {}

  const Inventory& inventory() const { return inventory_; }
  const ManifestGraph& graph() const { return graph_; }

  // Ids below this are of what is stored, under whatever algorithm.
  std::size_t stored() const {
    return graph_.blobs_ + graph_.stored_otherwise_;
  }
  // kNoDigest where no blob has the digest.
  DigestId lookup(const Digest& digest) const;
  // The digest gets an id of its own where no blob has it.
  DigestId intern(const Digest& digest);
  // Lets the graph answer for every id that was given until now.
  void cover_all_ids();

  // Parallel to the inventory's repositories.
  void set_repositories(std::vector<RepositoryIds> repositories);
  void add_manifest_among_layers(std::size_t repository, BlobId manifest);

  // Makes room for `more` manifests.
  void reserve(std::size_t more);
  // `ids` are those of the manifest's references, as lookup() told them. Takes
  // the place of what an earlier call added for the same blob.
  const ManifestNode& add(DigestId blob, const ManifestRead& read,
                          std::span<const DigestId> ids);
  void add(std::vector<WrongSize> wrong_sizes);
  // `revision` is a position among the repository's.
  void add_signatures(std::size_t repository, std::size_t revision,
                      const SignatureFolder& found);

  // Nothing may be asked of the writer afterwards.
  ManifestGraph take() { return std::move(graph_); }

 private:
  const Inventory& inventory_;
  ManifestGraph graph_;
};

}  // namespace dregs
