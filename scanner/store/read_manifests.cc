// Reads manifests wave by wave: first what revisions and tags name, then the
// children of the indexes among them, and so on. Each wave is parallel and
// its results are put together in order, so that the graph does not depend on
// the number of threads.
#include "scanner/store/read_manifests.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>

#include "scanner/formats/append.h"
#include "scanner/formats/count32.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/alias_index.h"

namespace dregs {
namespace {

enum class Wanted : std::uint8_t { no, if_it_looks_like_one, as_manifest };

// A manifest with its references looked up, where a blob has them.
struct WaveResult {
  ManifestRead read;
  std::vector<DigestId> ids;  // parallel to the references
  std::vector<WrongSize> wrong_sizes;
};

}  // namespace

class ManifestGraphBuilder {
 public:
  ManifestGraphBuilder(const ManifestSource& source, const Inventory& inventory,
                       const StopRequest& stop, ManifestProgress& progress)
      : source_(source),
        inventory_(inventory),
        stop_(stop),
        progress_(progress) {}

  ManifestGraph build(const Candidates& candidates) {
    graph_.blobs_ = inventory_.blobs.size();
    graph_.stored_otherwise_ = inventory_.other_blobs.size();
    graph_.node_at_.assign(stored(), 0);
    wanted_.assign(stored(), Wanted::no);
    resolve_repositories();
    aliases_.emplace(inventory_, graph_);
    read_waves(first_wave());
    graph_.node_at_.resize(stored() + graph_.absent_.size(), 0);
    const BlobsByRepository orphans =
        candidates ? candidates(graph_) : BlobsByRepository();
    read_waves(read_candidates(orphans));
    read_signatures();
    graph_.node_at_.resize(stored() + graph_.absent_.size(), 0);
    find_manifests_among_layers(orphans);
    return std::move(graph_);
  }

 private:
  // Ids below this are of what is on the disk, under whatever algorithm.
  std::size_t stored() const {
    return graph_.blobs_ + graph_.stored_otherwise_;
  }

  DigestId lookup(const Digest& digest) const {
    return inventory_.blobs.find(digest).value_or(kNoDigest);
  }

  DigestId intern(const Digest& digest) {
    if (const auto blob = inventory_.blobs.find(digest)) return *blob;
    const DigestId next = count32(stored() + graph_.absent_.size());
    const auto [at, added] = graph_.absent_ids_.try_emplace(digest, next);
    if (added) graph_.absent_.push_back(digest);
    return at->second;
  }

  // In parallel what blobs have, then one by one the few that none has.
  void resolve_repositories() {
    const std::vector<Repository>& all = inventory_.repositories;
    graph_.repositories_.resize(all.size());
    tbb::parallel_for(std::size_t{0}, all.size(), [&](std::size_t i) {
      resolve(all[i], graph_.repositories_[i],
              [this](const Digest& digest) { return lookup(digest); });
    });
    for (std::size_t i = 0; i < all.size(); ++i) {
      intern_missing(all[i], graph_.repositories_[i]);
      resolve_otherwise(all[i], graph_.repositories_[i]);
    }
  }

  void resolve_otherwise(const Repository& from, RepositoryIds& to) const {
    const std::vector<std::string>& all = inventory_.other_blobs;
    if (all.empty()) return;
    for (const std::string& digest : from.led_to_otherwise) {
      const auto at = std::lower_bound(all.begin(), all.end(), digest);
      if (at != all.end() && *at == digest)
        to.stored_otherwise.push_back(count32(
            graph_.blobs_ + static_cast<std::size_t>(at - all.begin())));
    }
  }

  template <class Find>
  static void resolve(const Repository& from, RepositoryIds& to, Find find) {
    const auto each = [&](const std::vector<Digest>& digests) {
      std::vector<DigestId> ids(digests.size());
      std::transform(digests.begin(), digests.end(), ids.begin(), find);
      return ids;
    };
    to.revisions = each(from.revisions);
    to.layers = each(from.layers);
    to.led_to = each(from.led_to);
    to.tags.reserve(from.tags.size());
    for (const Tag& tag : from.tags)
      to.tags.push_back(tag.current ? find(*tag.current) : kNoDigest);
    for (const LayerAlias& alias : from.aliases)
      to.aliases.push_back(alias.target ? find(*alias.target) : kNoDigest);
  }

  void intern_missing(const Repository& from, RepositoryIds& to) {
    const auto each = [this](const std::vector<Digest>& digests,
                             std::vector<DigestId>& ids) {
      for (std::size_t i = 0; i < ids.size(); ++i)
        if (ids[i] == kNoDigest) ids[i] = intern(digests[i]);
    };
    each(from.revisions, to.revisions);
    each(from.layers, to.layers);
    each(from.led_to, to.led_to);
    for (std::size_t i = 0; i < to.tags.size(); ++i)
      if (to.tags[i] == kNoDigest && from.tags[i].current)
        to.tags[i] = intern(*from.tags[i].current);
    for (std::size_t i = 0; i < to.aliases.size(); ++i)
      if (to.aliases[i] == kNoDigest && from.aliases[i].target)
        to.aliases[i] = intern(*from.aliases[i].target);
  }

  void want(DigestId id, Wanted how, std::vector<DigestId>& wave) {
    if (id >= stored() || wanted_[id] >= how) return;
    if (wanted_[id] == Wanted::no) wave.push_back(id);
    wanted_[id] = how;
  }

  std::vector<DigestId> first_wave() {
    std::vector<DigestId> wave;
    for (const RepositoryIds& ids : graph_.repositories_) {
      for (const DigestId id : ids.revisions)
        want(id, Wanted::as_manifest, wave);
      for (const DigestId id : ids.tags) want(id, Wanted::as_manifest, wave);
      for (const auto* each : {&ids.led_to, &ids.stored_otherwise})
        for (const DigestId id : *each)
          want(id, Wanted::if_it_looks_like_one, wave);
    }
    std::sort(wave.begin(), wave.end());
    return wave;
  }

  void read_waves(std::vector<DigestId> wave) {
    while (!wave.empty() && !stop_.requested()) wave = read_wave(wave);
  }

  // In portions: what is parsed is held twice until it is in the graph.
  static constexpr std::size_t kPortion = 2048;

  std::vector<DigestId> read_wave(const std::vector<DigestId>& wave) {
    progress_.wanted += wave.size();
    graph_.nodes_.reserve(graph_.nodes_.size() + wave.size());
    std::vector<DigestId> next;
    for (std::size_t at = 0; at < wave.size(); at += kPortion)
      read_portion(
          std::span(wave).subspan(at, std::min(kPortion, wave.size() - at)),
          next);
    read_again_what_is_declared_by_now(next);
    return next;
  }

  // What is not a manifest leaves no trace, damaged or not: nothing names it.
  std::vector<DigestId> read_candidates(const BlobsByRepository& orphans) {
    std::vector<BlobId> all;
    for (const std::vector<BlobId>& some : orphans)
      std::ranges::copy_if(some, std::back_inserter(all), [this](BlobId id) {
        return graph_.node(id) == nullptr;
      });
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::vector<DigestId> next;
    progress_.wanted += all.size();
    for (std::size_t at = 0; at < all.size(); at += kPortion) {
      const auto portion =
          std::span(all).subspan(at, std::min(kPortion, all.size() - at));
      std::vector<WaveResult> results = read_all(portion);
      for (std::size_t i = 0; i < portion.size(); ++i)
        if (is_served(results[i].read.manifest.kind))
          add(portion[i], results[i], next);
    }
    return next;
  }

  void find_manifests_among_layers(const BlobsByRepository& orphans) {
    for (std::size_t i = 0; i < orphans.size(); ++i)
      std::ranges::copy_if(
          orphans[i],
          std::back_inserter(graph_.repositories_[i].manifests_among_layers),
          [this](BlobId id) {
            const ManifestNode* node = graph_.node(id);
            return node != nullptr && is_served(node->kind);
          });
  }

  void read_portion(std::span<const DigestId> portion,
                    std::vector<DigestId>& next) {
    std::vector<WaveResult> results = read_all(portion);
    for (std::size_t i = 0; i < portion.size(); ++i)
      add(portion[i], results[i], next);
  }

  std::vector<WaveResult> read_all(std::span<const DigestId> portion) {
    std::vector<WaveResult> results(portion.size());
    source_.in_parallel(portion.size(),
                        [&](std::size_t first, std::size_t last) {
                          for (std::size_t i = first; i < last; ++i)
                            if (!stop_.requested())
                              results[i] = read_one(portion[i]);
                          progress_.read += last - first;
                        });
    return results;
  }

  // Looked at and passed over, while another manifest says that it is one.
  void read_again_what_is_declared_by_now(std::vector<DigestId>& next) {
    std::erase_if(opaque_, [&](DigestId blob) {
      if (wanted_[blob] != Wanted::as_manifest) return false;
      next.push_back(blob);
      return true;
    });
  }

  WaveResult read_one(DigestId blob) const {
    WaveResult result;
    const bool declared = wanted_[blob] == Wanted::as_manifest;
    result.read =
        graph_.present(blob)
            ? source_.read(inventory_.blobs[blob], declared)
            : source_.read_other(inventory_.other_blobs[blob - graph_.blobs_],
                                 declared);
    result.ids.reserve(result.read.manifest.references.size());
    for (const Reference& reference : result.read.manifest.references) {
      result.ids.push_back(lookup(reference.digest));
      if (is_of_another_size(result, reference))
        result.wrong_sizes.push_back(
            {blob, result.ids.back(),
             static_cast<std::uint64_t>(reference.size)});
    }
    return result;
  }

  // A subject is a weak reference: nobody pulls an image because of it.
  bool is_of_another_size(const WaveResult& result,
                          const Reference& reference) const {
    const DigestId id = result.ids.back();
    if (reference.size <= 0 || reference.role == ReferenceRole::subject ||
        result.read.state != ManifestState::sound || !graph_.present(id))
      return false;
    const Blob& part = inventory_.blobs[id];
    const bool unknown = part.inode == 0;  // nobody could look
    return !unknown && part.size != static_cast<std::uint64_t>(reference.size);
  }

  void add(DigestId blob, WaveResult& result, std::vector<DigestId>& next) {
    const Manifest& manifest = result.read.manifest;
    ManifestNode node;
    node.id = blob;
    node.state = result.read.state;
    node.error = result.read.error;
    node.kind = manifest.kind;
    node.ambiguous = manifest.ambiguous;
    node.bad_descriptor = manifest.bad_descriptor;
    node.odd_subject = manifest.odd_subject;
    node.refused = manifest.refused;
    node.first_edge = count32(graph_.edges_.size());
    node.edges = count32(result.ids.size());
    node.first_other = count32(graph_.others_.size());
    node.others = count32(manifest.other_references.size());
    const auto is_subject = [](const auto& reference) {
      return reference.role == ReferenceRole::subject;
    };
    node.has_subject = std::any_of(manifest.references.begin(),
                                   manifest.references.end(), is_subject) ||
                       std::any_of(manifest.other_references.begin(),
                                   manifest.other_references.end(), is_subject);
    for (std::size_t i = 0; i < result.ids.size(); ++i)
      add_edge(manifest.references[i], result.ids[i], next);
    for (const OtherReference& other : manifest.other_references)
      for (const DigestId id : aliases_->targets(other.digest))
        want(id, other.role, next);
    graph_.others_.insert(graph_.others_.end(),
                          manifest.other_references.begin(),
                          manifest.other_references.end());
    append(graph_.wrong_sizes_, std::move(result.wrong_sizes));
    put(node);
    if (node.state == ManifestState::opaque) opaque_.push_back(blob);
    result = {};
  }

  void add_edge(const Reference& reference, DigestId id,
                std::vector<DigestId>& next) {
    if (id == kNoDigest) id = intern(reference.digest);
    graph_.edges_.push_back({id, reference.role, reference.may_be_absent});
    want(id, reference.role, next);
  }

  void want(DigestId id, ReferenceRole role, std::vector<DigestId>& next) {
    switch (role) {
      case ReferenceRole::child:
      case ReferenceRole::subject:
        return want(id, Wanted::as_manifest, next);
      case ReferenceRole::child_or_blob:
      case ReferenceRole::mentioned:
        return want(id, Wanted::if_it_looks_like_one, next);
      case ReferenceRole::config:
      case ReferenceRole::layer:
        return;
    }
  }

  void put(const ManifestNode& node) {
    std::uint32_t& at = graph_.node_at_[node.id];
    if (at == 0) {
      graph_.nodes_.push_back(node);
      at = count32(graph_.nodes_.size());
    } else {
      graph_.nodes_[at - 1] = node;
    }
  }

  // Only schema1 revisions of registries before 2.5 have them.
  void read_signatures() {
    for (std::size_t i = 0; i < graph_.repositories_.size(); ++i) {
      const Repository& repository = inventory_.repositories[i];
      const std::vector<DigestId>& ids = graph_.repositories_[i].revisions;
      for (std::size_t r = 0; r < ids.size(); ++r) {
        const ManifestNode* node = graph_.node(ids[r]);
        // What cannot be read may have been one, and doubt keeps.
        if (node == nullptr || !node->understood() ||
            node->kind == ManifestKind::schema1)
          read_signatures_of(repository, repository.revisions[r], ids[r]);
      }
    }
  }

  void read_signatures_of(const Repository& repository, const Digest& digest,
                          DigestId id) {
    const SignatureFolder found = source_.signatures(repository, digest);
    for (const Digest& signature : found.digests)
      graph_.signatures_[id].push_back(intern(signature));
    if (found.error == 0) return;
    Finding& obstacle = graph_.obstacles_.emplace_back();
    obstacle.kind = FindingKind::unreadable_folder;
    obstacle.path =
        layout::revision(repository.name, digest) + "/signatures/sha256";
    obstacle.repository = repository.name;
    obstacle.detail = std::strerror(found.error);
  }

  const ManifestSource& source_;
  const Inventory& inventory_;
  const StopRequest& stop_;
  ManifestProgress& progress_;
  ManifestGraph graph_;
  std::vector<Wanted> wanted_;
  std::vector<DigestId> opaque_;
  std::optional<AliasIndex> aliases_;
};

ManifestGraph read_manifests(const ManifestSource& source,
                             const Inventory& inventory,
                             const StopRequest& stop,
                             ManifestProgress& progress,
                             const Candidates& candidates) {
  return ManifestGraphBuilder(source, inventory, stop, progress)
      .build(candidates);
}

}  // namespace dregs
