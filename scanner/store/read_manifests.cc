// Reads manifests wave by wave: first what revisions and tags name, then the
// children of the indexes among them, and so on. Each wave is parallel and
// its results are put together in order, so that the graph does not depend on
// the number of threads.
#include "scanner/store/read_manifests.h"

#include <algorithm>
#include <span>

#include "scanner/formats/sort_unique.h"
#include "scanner/inventory/alias_index.h"
#include "scanner/store/looked_up_manifest.h"
#include "scanner/store/read_signatures.h"
#include "scanner/store/repository_ids.h"
#include "scanner/store/wanted_manifests.h"

namespace dregs {
namespace {

class ManifestReading {
 public:
  // The repositories of the writer's graph are resolved.
  ManifestReading(const ManifestSource& source, const StopRequest& stop,
                  ManifestProgress& progress, GraphWriter& writer)
      : source_(source),
        stop_(stop),
        progress_(progress),
        writer_(writer),
        aliases_(writer.inventory(), writer.graph()),
        wanted_(writer.stored()) {}

  void read_what_repositories_name() {
    for (std::size_t i = 0; i < writer_.inventory().repositories.size(); ++i)
      want_what_is_named(writer_.graph().repository(i));
    std::vector<DigestId> wave = wanted_.take_wave();
    std::sort(wave.begin(), wave.end());
    read_waves(std::move(wave));
  }

  // What is not a manifest leaves no trace, damaged or not: nothing names it.
  void read_candidates(const std::vector<DigestId>& candidates) {
    read(candidates, [](const ManifestRead& read) {
      return is_served(read.manifest.kind);
    });
    read_waves(wanted_.take_wave());
  }

 private:
  void want_what_is_named(const RepositoryIds& ids) {
    for (const auto* each : {&ids.revisions, &ids.tags})
      for (const DigestId id : *each) wanted_.want(id, Wanted::as_manifest);
    for (const auto* each : {&ids.led_to, &ids.stored_otherwise})
      for (const DigestId id : *each)
        wanted_.want(id, Wanted::if_it_looks_like_one);
  }

  void read_waves(std::vector<DigestId> wave) {
    while (!wave.empty() && !stop_.requested()) {
      writer_.reserve(wave.size());
      read(wave, [](const ManifestRead&) { return true; });
      wanted_.want_again_what_is_declared();
      wave = wanted_.take_wave();
    }
  }

  // In portions: what is parsed is held twice until it is in the graph.
  static constexpr std::size_t kPortion = 2048;

  // `belongs` tells which of what was read becomes part of the graph.
  template <class Belongs>
  void read(std::span<const DigestId> blobs, Belongs belongs) {
    progress_.wanted += blobs.size();
    for (std::size_t at = 0; at < blobs.size(); at += kPortion) {
      const auto portion =
          blobs.subspan(at, std::min(kPortion, blobs.size() - at));
      std::vector<LookedUpManifest> found = read_at_once(portion);
      for (std::size_t i = 0; i < portion.size(); ++i)
        if (belongs(found[i].read)) add(portion[i], std::move(found[i]));
    }
  }

  std::vector<LookedUpManifest> read_at_once(
      std::span<const DigestId> portion) {
    std::vector<LookedUpManifest> found(portion.size());
    const auto read_some = [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i)
        if (!stop_.requested())
          found[i] = read_and_look_up(
              portion[i], wanted_.is_declared(portion[i]), source_, writer_);
      progress_.read += last - first;
    };
    source_.in_parallel(portion.size(), read_some);
    return found;
  }

  // By value: its memory is free once it is in the graph.
  void add(DigestId blob, LookedUpManifest found) {
    const ManifestNode& node = writer_.add(blob, found.read, found.ids);
    for (const GraphEdge& edge : writer_.graph().edges(node))
      wanted_.want(edge.to, wanted_by(edge.role));
    for (const OtherReference& other : writer_.graph().others(node))
      for (const DigestId id : aliases_.targets(other.digest))
        wanted_.want(id, wanted_by(other.role));
    writer_.add(std::move(found.wrong_sizes));
    if (node.state == ManifestState::opaque) wanted_.pass_over(blob);
  }

  const ManifestSource& source_;
  const StopRequest& stop_;
  ManifestProgress& progress_;
  GraphWriter& writer_;
  const AliasIndex aliases_;
  WantedManifests wanted_;
};

// Those that are in the graph already were read.
std::vector<DigestId> not_yet_read(const BlobsByRepository& orphans,
                                   const ManifestGraph& graph) {
  std::vector<DigestId> all;
  for (const std::vector<BlobId>& some : orphans)
    for (const BlobId id : some)
      if (graph.node(id) == nullptr) all.push_back(id);
  sort_unique(all);
  return all;
}

void note_manifests_among_layers(const BlobsByRepository& orphans,
                                 GraphWriter& writer) {
  for (std::size_t i = 0; i < orphans.size(); ++i)
    for (const BlobId id : orphans[i])
      if (writer.graph().is_served_manifest(id))
        writer.add_manifest_among_layers(i, id);
}

}  // namespace

ManifestGraph read_manifests(const ManifestSource& source,
                             const Inventory& inventory,
                             const StopRequest& stop,
                             ManifestProgress& progress,
                             const Candidates& candidates) {
  GraphWriter writer(inventory);
  resolve_repositories(writer);
  ManifestReading reading(source, stop, progress, writer);
  reading.read_what_repositories_name();
  writer.cover_all_ids();
  const BlobsByRepository orphans =
      candidates ? candidates(writer.graph()) : BlobsByRepository();
  reading.read_candidates(not_yet_read(orphans, writer.graph()));
  read_signatures(source, writer);
  writer.cover_all_ids();
  note_manifests_among_layers(orphans, writer);
  return writer.take();
}

ManifestGraph read_more_manifests(const ManifestSource& source,
                                  const Inventory& inventory,
                                  ManifestGraph graph,
                                  const BlobsByRepository& candidates) {
  const std::vector<DigestId> unread = not_yet_read(candidates, graph);
  if (unread.empty()) return graph;
  const StopRequest never;
  ManifestProgress unseen;
  GraphWriter writer(inventory, std::move(graph));
  ManifestReading reading(source, never, unseen, writer);
  reading.read_candidates(unread);
  writer.cover_all_ids();
  return writer.take();
}

}  // namespace dregs
