#include "cli/commands/incumbent_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "gc/remove/sweep.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// The incumbent walks folders by name and takes a repository for visited where
// it meets its `_layers`: after a/0, before a/b.
std::string place_in_walk(const Repository& repository) {
  std::string place = repository.name + "/_";
  std::replace(place.begin(), place.end(), '/', '\0');
  return place;
}

std::vector<std::size_t> walk(const Inventory& inventory) {
  std::vector<std::string> places;
  places.reserve(inventory.repositories.size());
  for (const Repository& repository : inventory.repositories)
    places.push_back(place_in_walk(repository));
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return places[a] < places[b];
  });
  return order;
}

// "{REPO DIGEST [TAG TAG]}": all tags of the repository, as Go prints them.
std::string with_all_tags(const Repository& repository, const Digest& digest) {
  std::string tags;
  for (const Tag& tag : repository.tags)
    tags.append(tags.empty() ? "" : " ").append(escaped(tag.name));
  return fmt::format("{{{} {} [{}]}}", escaped(repository.name),
                     digest.to_string(), tags);
}

class Marking {
 public:
  Marking(const Inventory& inventory, const ManifestGraph& graph,
          const MarkSet& marks, bool delete_untagged)
      : inventory_(inventory),
        graph_(graph),
        marks_(marks),
        delete_untagged_(delete_untagged),
        marked_(graph.id_count(), false) {}

  void print(std::size_t position) {
    const Repository& repository = inventory_.repositories[position];
    const std::string name = escaped(repository.name);
    fmt::print("{}\n", name);
    if (delete_untagged_ && !repository.has_tags_folder)
      for (std::size_t i = 0; i < repository.revisions.size(); ++i)
        fmt::print("manifest tags path of repository {} does not exist\n",
                   name);
    // The children of indexes come by their parents; what then is left are
    // referrers, which the incumbent would remove.
    if (delete_untagged_) print_revisions(position, Which::tagged);
    print_revisions(position, delete_untagged_ ? Which::unmarked : Which::all);
  }

  std::size_t count() const { return marked_blobs_ + others_.size(); }

 private:
  enum class Which { all, tagged, unmarked };

  void print_revisions(std::size_t position, Which which) {
    const Repository& repository = inventory_.repositories[position];
    const RepositoryIds& ids = graph_.repository(position);
    std::unordered_set<DigestId> tagged;
    if (which == Which::tagged) tagged.insert(ids.tags.begin(), ids.tags.end());
    const std::vector<bool>& kept = marks_.repositories[position].revisions;
    for (std::size_t i = 0; i < repository.revisions.size(); ++i) {
      const DigestId id = ids.revisions[i];
      if (!kept[i] || (which == Which::unmarked && marked_[id])) continue;
      if (which == Which::tagged && !tagged.contains(id)) continue;
      const std::string name = escaped(repository.name);
      fmt::print("{}: marking manifest {} \n", name,
                 repository.revisions[i].to_string());
      add(id);
      print_references(name, id);
    }
  }

  // What is left of a manifest's references.
  using Rest = std::span<const GraphEdge>;

  // Depth first, each digest once in the whole run; not recursive, since
  // indexes may be nested as deep as somebody likes.
  void print_references(const std::string& repository, DigestId manifest) {
    std::vector<Rest> above;
    open(repository, manifest, above);
    while (!above.empty()) {
      if (above.back().empty()) {
        above.pop_back();
        continue;
      }
      const GraphEdge edge = above.back().front();
      above.back() = above.back().subspan(1);
      if (edge.role == ReferenceRole::subject || !add(edge.to)) continue;
      fmt::print("{}: marking blob {}\n", repository,
                 graph_.name(inventory_, edge.to));
      open(repository, edge.to, above);
    }
  }

  void open(const std::string& repository, DigestId manifest,
            std::vector<Rest>& above) {
    const ManifestNode* node = graph_.node(manifest);
    if (node == nullptr) return;
    for (const OtherReference& other : graph_.others(*node))
      if (others_.insert(other.digest).second)
        fmt::print("{}: marking blob {}\n", repository, other.digest);
    above.push_back(graph_.edges(*node));
  }

  bool add(DigestId id) {
    if (marked_[id]) return false;
    marked_[id] = true;
    ++marked_blobs_;
    return true;
  }

  const Inventory& inventory_;
  const ManifestGraph& graph_;
  const MarkSet& marks_;
  bool delete_untagged_;
  std::vector<bool> marked_;  // by DigestId
  std::unordered_set<std::string> others_;
  std::size_t marked_blobs_ = 0;
};

bool is(const Removal& removal, RemovalKind kind) {
  return removal.kind == kind;
}

void print_manifests(const Inventory& inventory, const Plan& plan) {
  for (const Removal& removal : plan.removals)
    if (is(removal, RemovalKind::revision))
      fmt::print("manifest eligible for deletion: {}\n",
                 with_all_tags(inventory.repositories[removal.repository],
                               removal.digest));
}

void print_blobs(const Plan& plan) {
  for (const Removal& removal : plan.removals)
    if (is(removal, RemovalKind::blob))
      fmt::print("blob eligible for deletion: {}\n",
                 removal.digest.to_string());
}

void print_layer_links(const Inventory& inventory, const Plan& plan) {
  for (const Removal& removal : plan.removals)
    if (is(removal, RemovalKind::layer_link))
      fmt::print("{}: layer link eligible for deletion: {}\n",
                 escaped(inventory.repositories[removal.repository].name),
                 removal.name.empty() ? removal.digest.to_string()
                                      : removal.name.text());
}

}  // namespace

void print_incumbent_lines(const Inventory& inventory,
                           const ManifestGraph& graph, const MarkSet& marks,
                           const Plan& plan, bool delete_untagged) {
  Marking marking(inventory, graph, marks, delete_untagged);
  for (const std::size_t position : walk(inventory)) marking.print(position);
  print_manifests(inventory, plan);
  const KindTotals totals = totals_of(plan);
  fmt::print(
      "\n{} blobs marked, {} blobs and {} manifests eligible for deletion\n",
      marking.count(),
      totals[static_cast<std::size_t>(RemovalKind::blob)].count,
      totals[static_cast<std::size_t>(RemovalKind::revision)].count);
  print_blobs(plan);
  print_layer_links(inventory, plan);
}

}  // namespace dregs
