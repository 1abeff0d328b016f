// Which manifests there are and what each refers to: every revision's, every
// tag's, and every index child's, each read once and hashed before it is
// believed (format.md#3.6). Built in parallel by read_manifests(), then frozen:
// any number of threads may read it.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/manifests/manifest.h"

namespace dregs {

// Below the number of blobs: that blob's BlobId. From there on: what is stored
// under another algorithm than sha256, in the inventory's order. After that:
// digests that something names and no blob has.
using DigestId = std::uint32_t;
inline constexpr DigestId kNoDigest = std::numeric_limits<DigestId>::max();

enum class ManifestState : std::uint8_t {
  sound,       // its bytes hash to its name
  corrupt,     // they do not
  unreadable,  // EACCES, EIO, …
  too_large,   // beyond what is parsed
  opaque,      // an index child that is declared, and looks like, no manifest
};

struct GraphEdge {
  DigestId to = kNoDigest;
  ReferenceRole role{};
  bool may_be_absent = false;
};

struct ManifestNode {
  DigestId id = kNoDigest;
  std::uint32_t first_edge = 0;
  std::uint32_t edges = 0;
  std::uint32_t first_other = 0;
  std::uint32_t others = 0;
  int error = 0;  // errno of an unreadable one
  ManifestState state{};
  ManifestKind kind{};
  bool ambiguous = false;
  bool bad_descriptor = false;
  bool has_subject = false;
  bool odd_subject = false;
  bool refused = false;

  // Whether all that it needs is known.
  bool understood() const {
    return state == ManifestState::opaque ||
           (state == ManifestState::sound && kind != ManifestKind::unknown &&
            kind != ManifestKind::undecodable && !bad_descriptor);
  }
};

// A sound manifest that declares another size for a part than the part has.
struct WrongSize {
  DigestId manifest = kNoDigest;
  BlobId part = 0;
  std::uint64_t declared = 0;  // bytes
};

// The digests of one repository as ids; parallel to its vectors.
struct RepositoryIds {
  std::vector<DigestId> revisions;
  std::vector<DigestId> tags;  // kNoDigest where a tag names nothing
  std::vector<DigestId> layers;
  std::vector<DigestId> aliases;
  std::vector<DigestId> led_to;
  // What links of any kind lead to that is stored under another algorithm;
  // sorted. Neither those links nor those blobs are ever removed, so servers go
  // on serving them, and all that they name has to stay.
  std::vector<DigestId> stored_otherwise;
  // Manifests that a layer link leads to and that have no revision link, as
  // registry 2.1 linked them: servers up to 2.8 serve them by digest. Sorted.
  std::vector<DigestId> manifests_among_layers;
  // By revision: signature blobs of schema1, which no manifest names. Only this
  // repository's own links lead to them (format.md#P4).
  std::map<DigestId, std::vector<DigestId>> signatures;
};

class ManifestGraph {
 public:
  // All ids are below this.
  std::size_t id_count() const { return node_at_.size(); }
  std::size_t blob_count() const { return blobs_; }
  bool present(DigestId id) const { return id < blobs_; }
  bool is_stored_otherwise(DigestId id) const {
    return id >= blobs_ && id < blobs_ + stored_otherwise_;
  }
  // nullptr for what is named by another algorithm than sha256.
  const Digest* digest(const Inventory& inventory, DigestId id) const;
  // "alg:hex" of any.
  std::string name(const Inventory& inventory, DigestId id) const;
  DigestId find(const Inventory& inventory, const Digest& digest) const;

  // nullptr for what was never read as a manifest.
  const ManifestNode* node(DigestId id) const;
  // Whether it was read, and servers serve manifests of that kind.
  bool is_served_manifest(DigestId id) const;
  std::span<const GraphEdge> edges(const ManifestNode& node) const;
  std::span<const OtherReference> others(const ManifestNode& node) const;
  // Folders of such that cannot be listed: no blob may be deleted, as with the
  // inventory's own.
  const std::vector<Finding>& obstacles() const { return obstacles_; }
  const std::vector<WrongSize>& wrong_sizes() const { return wrong_sizes_; }
  const RepositoryIds& repository(std::size_t position) const {
    return repositories_[position];
  }
  // For whoever asks what would be if some links were gone; all of `ids` are
  // the graph's own. Not while others read.
  void set_repository(std::size_t position, RepositoryIds ids) {
    repositories_[position] = std::move(ids);
  }
  std::size_t manifest_count() const { return nodes_.size(); }

 private:
  friend class GraphWriter;

  std::size_t blobs_ = 0;
  std::size_t stored_otherwise_ = 0;
  std::vector<Digest> absent_;
  std::unordered_map<Digest, DigestId> absent_ids_;
  std::vector<std::uint32_t> node_at_;  // by id; position + 1, 0 for none
  std::vector<ManifestNode> nodes_;
  std::vector<GraphEdge> edges_;
  std::vector<OtherReference> others_;
  std::vector<RepositoryIds> repositories_;
  std::vector<Finding> obstacles_;
  std::vector<WrongSize> wrong_sizes_;
};

using BlobsByRepository = std::vector<std::vector<BlobId>>;

}  // namespace dregs
