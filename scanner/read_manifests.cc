// Reads manifests wave by wave: first what revisions and tags name, then the
// children of the indexes among them, and so on. Each wave is parallel and
// its results are put together in order, so that the graph does not depend on
// the number of threads.
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>

#include "scanner/alias_index.h"
#include "scanner/layout.h"
#include "scanner/listing.h"
#include "scanner/manifest_reader.h"

namespace dregs {

namespace {

enum class Wanted : std::uint8_t { no, if_it_looks_like_one, as_manifest };

// A manifest with its references looked up, or left as digests where no blob
// has them.
struct WaveResult {
  ManifestRead read;
  std::vector<DigestId> ids;  // parallel to the references
};

}  // namespace

class ManifestGraphBuilder {
 public:
  ManifestGraphBuilder(int v2, const Inventory& inventory,
                       const StopRequest& stop, ManifestProgress& progress)
      : v2_(v2),
        inventory_(inventory),
        stop_(stop),
        progress_(progress),
        readers_(v2) {}

  ManifestGraph build() {
    graph_.blobs_ = inventory_.blobs.size();
    graph_.node_at_.assign(graph_.blobs_, 0);
    wanted_.assign(graph_.blobs_, Wanted::no);
    resolve_repositories();
    aliases_.emplace(inventory_, graph_);
    std::vector<BlobId> wave = first_wave();
    while (!wave.empty() && !stop_.requested()) wave = read_wave(wave);
    read_signatures();
    graph_.node_at_.resize(graph_.blobs_ + graph_.absent_.size(), 0);
    return std::move(graph_);
  }

 private:
  DigestId lookup(const Digest& digest) const {
    return inventory_.blobs.find(digest).value_or(kNoDigest);
  }

  DigestId intern(const Digest& digest) {
    if (const auto blob = inventory_.blobs.find(digest)) return *blob;
    const auto next =
        static_cast<DigestId>(graph_.blobs_ + graph_.absent_.size());
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
    for (std::size_t i = 0; i < all.size(); ++i)
      intern_missing(all[i], graph_.repositories_[i]);
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

  void want(DigestId id, Wanted how, std::vector<BlobId>& wave) {
    if (!graph_.present(id) || wanted_[id] >= how) return;
    if (wanted_[id] == Wanted::no) wave.push_back(id);
    wanted_[id] = how;
  }

  std::vector<BlobId> first_wave() {
    std::vector<BlobId> wave;
    for (const RepositoryIds& ids : graph_.repositories_) {
      for (const DigestId id : ids.revisions)
        want(id, Wanted::as_manifest, wave);
      for (const DigestId id : ids.tags) want(id, Wanted::as_manifest, wave);
      for (const DigestId id : ids.led_to)
        want(id, Wanted::if_it_looks_like_one, wave);
    }
    std::sort(wave.begin(), wave.end());
    return wave;
  }

  // In portions, since what a portion's manifests say is held twice for a
  // while: as parsed, and in the graph.
  std::vector<BlobId> read_wave(const std::vector<BlobId>& wave) {
    constexpr std::size_t kPortion = 2048;
    progress_.wanted += wave.size();
    graph_.nodes_.reserve(graph_.nodes_.size() + wave.size());
    std::vector<BlobId> next;
    for (std::size_t at = 0; at < wave.size(); at += kPortion)
      read_portion(
          std::span(wave).subspan(at, std::min(kPortion, wave.size() - at)),
          next);
    read_again_what_is_declared_by_now(next);
    return next;
  }

  void read_portion(std::span<const BlobId> portion,
                    std::vector<BlobId>& next) {
    std::vector<WaveResult> results(portion.size());
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, portion.size(), 32),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        for (std::size_t i = range.begin(); i < range.end();
                             ++i)
                          if (!stop_.requested())
                            results[i] = read_one(portion[i]);
                        progress_.read += range.size();
                      });
    for (std::size_t i = 0; i < portion.size(); ++i)
      add(portion[i], results[i], next);
  }

  // Looked at and passed over, while another manifest says that it is one.
  void read_again_what_is_declared_by_now(std::vector<BlobId>& next) {
    std::erase_if(opaque_, [&](BlobId blob) {
      if (wanted_[blob] != Wanted::as_manifest) return false;
      next.push_back(blob);
      return true;
    });
  }

  WaveResult read_one(BlobId blob) const {
    WaveResult result;
    result.read = readers_.read(inventory_.blobs[blob],
                                wanted_[blob] == Wanted::as_manifest);
    result.ids.reserve(result.read.manifest.references.size());
    for (const Reference& reference : result.read.manifest.references)
      result.ids.push_back(lookup(reference.digest));
    return result;
  }

  void add(BlobId blob, WaveResult& result, std::vector<BlobId>& next) {
    const Manifest& manifest = result.read.manifest;
    ManifestNode node;
    node.id = blob;
    node.state = result.read.state;
    node.error = result.read.error;
    node.kind = manifest.kind;
    node.ambiguous = manifest.ambiguous;
    node.bad_descriptor = manifest.bad_descriptor;
    node.first_edge = static_cast<std::uint32_t>(graph_.edges_.size());
    node.edges = static_cast<std::uint32_t>(result.ids.size());
    node.first_other = static_cast<std::uint32_t>(graph_.others_.size());
    node.others = static_cast<std::uint32_t>(manifest.other_references.size());
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
    put(node);
    if (node.state == ManifestState::opaque) opaque_.push_back(blob);
    result = {};
  }

  void add_edge(const Reference& reference, DigestId id,
                std::vector<BlobId>& next) {
    if (id == kNoDigest) id = intern(reference.digest);
    graph_.edges_.push_back({id, reference.role, reference.may_be_absent});
    want(id, reference.role, next);
  }

  void want(DigestId id, ReferenceRole role, std::vector<BlobId>& next) {
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
      at = static_cast<std::uint32_t>(graph_.nodes_.size());
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
    const std::string revision = layout::revision(repository.name, digest);
    const std::string path = revision + "/signatures/sha256";
    const Descriptor above = open_folder(v2_, revision);
    // Behind a symbolic link another revision may have them, and go. Of mounts
    // the kernel has a list, and their ends are kept.
    Descriptor folder =
        above ? open_folder_beneath(above.get(), "signatures/sha256")
              : Descriptor();
    if (!folder && errno == EXDEV) folder = open_folder(v2_, path);
    const auto visit = [&](FolderEntry entry) {
      if (const auto signature = Digest::from_hex(entry.name))
        graph_.signatures_[id].push_back(intern(*signature));
    };
    const int error = folder ? for_each_entry(folder.get(), visit) : errno;
    if (error == 0 || error == ENOENT || error == ENOTDIR) return;
    Finding& obstacle = graph_.obstacles_.emplace_back();
    obstacle.kind = FindingKind::unreadable_folder;
    obstacle.path = path;
    obstacle.repository = repository.name;
    obstacle.detail = std::strerror(error);
  }

  int v2_;
  const Inventory& inventory_;
  const StopRequest& stop_;
  ManifestProgress& progress_;
  ManifestReaderPool readers_;
  ManifestGraph graph_;
  std::vector<Wanted> wanted_;
  std::vector<BlobId> opaque_;
  std::optional<AliasIndex> aliases_;
};

ManifestGraph read_manifests(int v2, const Inventory& inventory,
                             const StopRequest& stop,
                             ManifestProgress& progress) {
  return ManifestGraphBuilder(v2, inventory, stop, progress).build();
}

}  // namespace dregs
