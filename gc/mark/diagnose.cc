#include "gc/mark/diagnose.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <unordered_set>

#include "gc/mark/closure.h"
#include "gc/mark/manifest_problem.h"
#include "gc/mark/needed_by.h"
#include "gc/mark/roots.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

// What a pull-through cache leaves without anything being wrong: it writes a
// tag before it has the manifest, and fetches layers one by one
// (format.md#6.4).
bool is_usual_in_a_cache(FindingKind kind) {
  return kind == FindingKind::manifests_missing ||
         kind == FindingKind::layers_missing;
}

class RepositoryDiagnosis {
 public:
  RepositoryDiagnosis(const Inventory& inventory, const ManifestGraph& graph,
                      const AliasIndex& aliases, std::size_t position,
                      bool proxy_cache, Closure& closure,
                      std::vector<Finding>& findings,
                      std::vector<PinReason>& pins)
      : inventory_(inventory),
        graph_(graph),
        aliases_(aliases),
        repository_(inventory.repositories[position]),
        ids_(graph.repository(position)),
        proxy_cache_(proxy_cache),
        closure_(closure),
        findings_(findings),
        pins_(pins) {
    pins_ = repository_.pins;
    if (proxy_cache) {
      std::erase_if(pins_, [](const PinReason& pin) {
        return is_usual_in_a_cache(pin.kind);
      });
      pins_.push_back({FindingKind::proxy_cache, "pull-through cache"});
    }
    closure_.start(position);
    std::copy_if(ids_.layers.begin(), ids_.layers.end(),
                 std::back_inserter(linked_),
                 [&](DigestId id) { return graph.present(id); });
  }

  void run() {
    add_image_roots(closure_, ids_);
    for (std::size_t i = 0; i < ids_.revisions.size(); ++i) judge_revision(i);
    for (std::size_t i = 0; i < ids_.tags.size(); ++i) judge_tag(i);
    judge_manifests_among_layers();
    // Before an image that has it for a layer calls it a mere empty blob.
    for (const std::vector<DigestId>* each :
         {&ids_.layers, &ids_.led_to, &ids_.stored_otherwise})
      for (const DigestId id : *each)
        if (is_damaged(id)) judge_declared(id);
    for (const ManifestNode* node : closure_.manifests()) judge_manifest(*node);
    for (std::size_t i = 0; i < ids_.aliases.size(); ++i) judge_alias(i);
    judge_unresolved();
  }

 private:
  std::string blob_path(DigestId id) const {
    const Digest* digest = graph_.digest(inventory_, id);
    return digest != nullptr ? layout::blob_data(*digest)
                             : layout::other_blob_data(name_of(id));
  }

  std::string name_of(DigestId id) const { return graph_.name(inventory_, id); }

  void report(FindingKind kind, std::string digest, std::string path,
              std::string detail, bool pins) {
    Finding finding;
    finding.kind = kind;
    finding.repository = repository_.name;
    finding.path =
        path.empty() ? layout::repository(repository_.name) : std::move(path);
    finding.digest = std::move(digest);
    finding.detail = std::move(detail);
    if (pins) pins_.push_back({kind, finding.digest});
    findings_.push_back(std::move(finding));
  }

  // The same about a part of the manifest that is being judged.
  void report_part(FindingKind kind, std::string digest, std::string path,
                   std::string detail, bool pins = false) {
    if (++told_[kind] <= kMostOfAKind)
      report(kind, std::move(digest), std::move(path), std::move(detail), pins);
  }

  void report_the_rest(const ManifestNode& about) {
    for (const auto& [kind, count] : told_) {
      if (count <= kMostOfAKind) continue;
      const std::size_t rest = count - kMostOfAKind;
      report(kind, name_of(about.id), blob_path(about.id),
             rest_detail(rest, name_of(about.id)), false);
      findings_.back().count = rest;
    }
    told_.clear();
  }

  // Once per digest, however often it is named.
  bool first_time(DigestId id) { return judged_.insert(id).second; }

  void judge_revision(std::size_t i) {
    const DigestId id = ids_.revisions[i];
    const Digest& digest = repository_.revisions[i];
    const std::string link =
        layout::link_in(layout::revision(repository_.name, digest));
    if (graph_.present(id)) return judge_declared(id);
    if (first_time(id) && !proxy_cache_)
      report(FindingKind::missing_manifest, digest.to_string(), link,
             "the revision's manifest is not there; pushing the image again "
             "heals it",
             true);
  }

  void judge_tag(std::size_t i) {
    const DigestId id = ids_.tags[i];
    if (id == kNoDigest) return;
    const Tag& tag = repository_.tags[i];
    const std::string link = layout::current_link(repository_.name, tag.name);
    const bool has_revision =
        std::binary_search(repository_.revisions.begin(),
                           repository_.revisions.end(), *tag.current);
    judge_cosign(tag);
    if (has_revision) return;
    if (!graph_.present(id)) {
      if (!proxy_cache_)
        report(FindingKind::dangling_tag, tag.current->to_string(), link,
               "names a manifest that is not there", true);
      return;
    }
    judge_declared(id);
    if (!proxy_cache_)
      report(FindingKind::missing_revision_link, tag.current->to_string(), link,
             "names a manifest that this repository has no link to; servers "
             "answer 404, pushing the image again heals it",
             false);
  }

  void judge_manifests_among_layers() {
    for (const DigestId id : ids_.manifests_among_layers) {
      judge_declared(id);
      if (std::find(ids_.tags.begin(), ids_.tags.end(), id) != ids_.tags.end())
        continue;
      report(FindingKind::manifest_among_layers, name_of(id), blob_path(id),
             "linked as a layer and not as a revision, as registry 2.1 did; "
             "servers up to 2.8 serve it, so it is kept until "
             "--delete-untagged",
             false);
    }
  }

  // What mounting a blob by sha512 writes: a link to a blob that nobody stored
  // under this name (format.md#1.3).
  void judge_alias(std::size_t i) {
    const LayerAlias& alias = repository_.aliases[i];
    const bool leads_somewhere =
        alias.target ? graph_.present(ids_.aliases[i])
                     : alias.unsound || aliases_.stored(alias.digest);
    if (leads_somewhere || proxy_cache_) return;
    report(FindingKind::dangling_link, alias.digest,
           layout::link_in(layout::layer_alias(repository_.name, alias.digest)),
           "leads to no blob, so servers answer 404; it is kept", false);
  }

  // sha256-<hex>.sig and its kin outlive the image that they belong to.
  void judge_cosign(const Tag& tag) {
    const std::string_view name = tag.name;
    if (!name.starts_with("sha256-") || name.size() < 72 || name[71] != '.')
      return;
    const auto subject = Digest::from_hex(name.substr(7, 64));
    if (!subject || std::binary_search(repository_.revisions.begin(),
                                       repository_.revisions.end(), *subject))
      return;
    report(FindingKind::orphan_signature, subject->to_string(),
           layout::tag(repository_.name, tag.name),
           "belongs to an image that this repository does not have; it is kept",
           false);
  }

  void judge_unresolved() {
    const ManifestNode* about = nullptr;
    for (const Closure::Unresolved& each : closure_.unresolved()) {
      if (about != nullptr && about != each.manifest) report_the_rest(*about);
      about = each.manifest;
      report_part(FindingKind::unresolved_reference, each.reference->digest, "",
                  "no link leads from this digest to a blob, so the blob "
                  "cannot be told from garbage",
                  true);
    }
    if (about != nullptr) report_the_rest(*about);
  }

  // A revision, a tag's target or an index child: it has to be a manifest.
  void judge_declared(DigestId id) {
    const ManifestNode* node = graph_.node(id);
    if (node == nullptr || !first_time(id)) return;
    judge_decoding(*node);
    if (const ManifestProblem problem = problem_of(*node))
      report(problem.kind, name_of(id), blob_path(id),
             node->error != 0 ? std::strerror(node->error) : problem.detail,
             problem.pins);
    else if (graph_.present(id) &&
             inventory_.blobs[id].size > kLargestServedManifest)
      report(FindingKind::oversized_manifest, name_of(id), blob_path(id),
             "larger than the 4 MiB that servers since 2.7 serve; it is kept",
             false);
    if (node->ambiguous)
      report(FindingKind::ambiguous_manifest, name_of(id), blob_path(id),
             "can be read in more than one way; all that any reading needs is "
             "kept",
             false);
  }

  // Of fields that decide nothing about what is kept.
  void judge_decoding(const ManifestNode& node) {
    if (node.state != ManifestState::sound) return;
    if (node.refused)
      report(FindingKind::refused_manifest, name_of(node.id),
             blob_path(node.id), kRefusedDetail, false);
    if (node.odd_subject)
      report(FindingKind::odd_subject, name_of(node.id), blob_path(node.id),
             kOddSubjectDetail, false);
  }

  // What a corrupt manifest names is kept, yet nobody knows that it was meant.
  void judge_manifest(const ManifestNode& node) {
    if (node.state == ManifestState::corrupt) return;
    for (const GraphEdge& edge : graph_.edges(node)) judge_edge(edge, node);
    for (const OtherReference& other : graph_.others(node)) {
      judge_alias_link(other);
      judge_children(other);
    }
    report_the_rest(node);
  }

  void judge_children(const OtherReference& other) {
    if (!is_child(other.role)) return;
    for (const DigestId id : aliases_.targets(other.digest))
      if (other.role == ReferenceRole::child || is_damaged(id))
        judge_declared(id);
  }

  void judge_edge(const GraphEdge& edge, const ManifestNode& from) {
    const bool child = edge.role == ReferenceRole::child;
    const bool part =
        edge.role == ReferenceRole::config || edge.role == ReferenceRole::layer;
    const bool any_child = is_child(edge.role);
    if (child || (any_child && is_damaged(edge.to))) judge_declared(edge.to);
    if (graph_.present(edge.to)) {
      if (part || edge.role == ReferenceRole::child_or_blob)
        judge_size(edge.to);
      if (part) judge_layer_link(edge.to);
      return;
    }
    if (edge.may_be_absent || proxy_cache_) return;
    if (part && first_time(edge.to))
      report_part(FindingKind::missing_blob, name_of(edge.to),
                  blob_path(edge.to), kMissingBlobDetail);
    if (any_child && first_time(edge.to))
      report_part(FindingKind::missing_child, name_of(edge.to),
                  blob_path(edge.to),
                  "the index " + name_of(from.id) +
                      " names it; the index and its other children are kept");
  }

  // The one damage that shows without reading: what a full disk leaves.
  void judge_size(DigestId id) {
    const Blob& blob = inventory_.blobs[id];
    static const Digest kOfNothing = sha256("");
    const bool unknown = blob.inode == 0;  // nobody could look
    if (blob.size > 0 || unknown || blob.digest == kOfNothing ||
        !first_time(id))
      return;
    report_part(
        FindingKind::empty_blob, name_of(id), blob_path(id),
        "needed, and empty; servers serve it as it is, and pushing the image "
        "again does not heal it while the file is there");
  }

  bool is_damaged(DigestId id) const {
    const ManifestNode* node = graph_.node(id);
    return node != nullptr && (node->state == ManifestState::corrupt ||
                               node->state == ManifestState::unreadable);
  }

  void judge_layer_link(DigestId id) {
    if (proxy_cache_ || !repository_.has_layers_folder) return;
    if (std::binary_search(linked_.begin(), linked_.end(), id) ||
        !first_time(id))
      return;
    const Digest& digest = inventory_.blobs[id].digest;
    report_missing_link(digest.to_string(),
                        layout::layer(repository_.name, digest));
  }

  // What another repository's link leads to is kept for this one, too.
  void judge_alias_link(const OtherReference& reference) {
    if (proxy_cache_ || !repository_.has_layers_folder ||
        reference.may_be_absent ||
        !aliases_.lead_to_a_blob(reference.digest, graph_))
      return;
    const std::vector<LayerAlias>& own = repository_.aliases;
    const bool linked = std::ranges::binary_search(own, reference.digest, {},
                                                   &LayerAlias::digest);
    if (linked) return;
    report_missing_link(
        reference.digest,
        layout::layer_alias(repository_.name, reference.digest));
  }

  void report_missing_link(std::string digest, std::string folder) {
    report_part(FindingKind::missing_layer_link, std::move(digest),
                layout::link_in(std::move(folder)), kMissingLinkDetail);
  }

  const Inventory& inventory_;
  const ManifestGraph& graph_;
  const AliasIndex& aliases_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  bool proxy_cache_;
  Closure& closure_;
  std::vector<Finding>& findings_;
  std::vector<PinReason>& pins_;
  // The blobs among its layers: in order, as BlobIds have that of digests.
  std::vector<BlobId> linked_;
  std::unordered_set<DigestId> judged_;
  std::map<FindingKind, std::size_t> told_;  // about the manifest at hand
};

// A revision's name says what its link must have been, where the blob of that
// name is what it says (format.md#2).
void say_what_is_repairable(const Inventory& inventory,
                            const ManifestGraph& graph,
                            std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (finding.kind != FindingKind::bad_revision_link) continue;
    const auto digest = Digest::parse(finding.digest);
    if (!digest) continue;
    const ManifestNode* node = graph.node(graph.find(inventory, *digest));
    if (node != nullptr && node->state == ManifestState::sound)
      finding.detail += "; repairable: it can only have been " + finding.digest;
  }
}

void tidy(std::vector<PinReason>& pins) {
  std::sort(pins.begin(), pins.end());
  pins.erase(std::unique(pins.begin(), pins.end()), pins.end());
}

}  // namespace

Diagnosis diagnose(const Inventory& inventory, const ManifestGraph& graph,
                   bool proxy_cache) {
  Diagnosis diagnosis;
  diagnosis.pins.resize(inventory.repositories.size());
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  tbb::enumerable_thread_specific<std::vector<Finding>> findings;
  for_each_repository(inventory, [&](std::size_t i) {
    RepositoryDiagnosis(inventory, graph, aliases, i, proxy_cache,
                        closures.local(), findings.local(), diagnosis.pins[i])
        .run();
    tidy(diagnosis.pins[i]);
  });
  diagnosis.findings = inventory.findings;
  if (proxy_cache)
    std::erase_if(diagnosis.findings, [](const Finding& finding) {
      return is_usual_in_a_cache(finding.kind);
    });
  append(diagnosis.findings, inventory.obstacles);
  for (std::vector<Finding>& some : findings)
    append(diagnosis.findings, std::move(some));
  say_what_is_repairable(inventory, graph, diagnosis.findings);
  fill_needed_by(inventory, graph, diagnosis.findings);
  sort_findings(diagnosis.findings);
  return diagnosis;
}

}  // namespace dregs
