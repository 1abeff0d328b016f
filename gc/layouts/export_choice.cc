#include "gc/layouts/export_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "gc/facts/repository_images.h"
#include "gc/mark/closure.h"

namespace dregs {
namespace {

struct Problem {
  FindingKind kind{};
  std::string digest;
  std::string repository;
  std::string detail;

  auto operator<=>(const Problem&) const = default;
};

// What an OCI layout, or whoever reads it, cannot take.
std::string why_not(const ManifestNode& node) {
  if (node.kind == ManifestKind::schema1)
    return "it is of schema 1, which no OCI layout holds";
  if (!node.understood()) return "nobody can tell all that it needs";
  return "";
}

// Why something cannot leave, with all whom that hurts.
class Obstructions {
 public:
  explicit Obstructions(const Survey& survey) : survey_(survey) {}

  void note(const Problem& problem, const std::string& who) {
    problems_[problem].insert(who);
  }

  void note_missing(FindingKind kind, const std::string& digest,
                    const std::string& repository, const std::string& who) {
    note({kind, digest, repository, "is not in the store"}, who);
  }

  void judge(const ManifestNode& node, const std::string& repository,
             const std::string& who) {
    const std::string digest = survey_.graph.name(survey_.inventory, node.id);
    const std::string why = why_not(node);
    if (node.state == ManifestState::corrupt)
      note({FindingKind::corrupt_manifest, digest, repository,
            "does not hash to its name"},
           who);
    else if (!why.empty())
      note({FindingKind::unknown_manifest, digest, repository,
            "cannot be exported: " + why},
           who);
  }

  void look_for_parts(const ManifestNode& node, const std::string& repository,
                      const std::string& who) {
    for (const GraphEdge& edge : survey_.graph.edges(node))
      if (!edge.may_be_absent && edge.role != ReferenceRole::subject &&
          !survey_.graph.present(edge.to))
        note_missing(is_child(edge.role) ? FindingKind::missing_manifest
                                         : FindingKind::missing_blob,
                     survey_.graph.name(survey_.inventory, edge.to), repository,
                     who);
    for (const OtherReference& other : survey_.graph.others(node))
      if (!other.may_be_absent)
        note({FindingKind::unresolved_reference, other.digest, repository,
              "cannot be exported: its manifest names it by another algorithm "
              "than sha256"},
             who);
  }

  std::vector<Finding> findings() const {
    std::vector<Finding> all;
    for (const auto& [problem, who] : problems_) {
      Finding& finding = all.emplace_back();
      finding.kind = problem.kind;
      finding.repository = problem.repository;
      finding.digest = problem.digest;
      finding.detail = problem.detail;
      finding.needed_by.assign(who.begin(), who.end());
    }
    sort_findings(all);
    return all;
  }

 private:
  const Survey& survey_;
  std::map<Problem, std::set<std::string>> problems_;
};

class Chooser {
 public:
  explicit Chooser(const Survey& survey)
      : survey_(survey),
        aliases_(survey.inventory, survey.graph),
        closure_(survey.inventory, survey.graph, aliases_),
        obstructions_(survey) {}

  void choose(const Selected& selected) {
    repository_ = selected.repository;
    if (selected.tag) return take_tag(repository().tags[*selected.tag]);
    if (selected.digest)
      return take(repository().name + "@" + selected.digest->to_string(),
                  *selected.digest);
    for (const Tag& tag : repository().tags) take_tag(tag);
  }

  ExportChoice take_result() {
    ExportChoice choice;
    add_referrers();
    choice.images.assign(images_.begin(), images_.end());
    for (auto& [digest, blob] : blobs_) choice.blobs.push_back(std::move(blob));
    choice.findings = obstructions_.findings();
    return choice;
  }

 private:
  const Repository& repository() const {
    return survey_.inventory.repositories[repository_];
  }

  void take_tag(const Tag& tag) {
    const std::string name = repository().name + ":" + tag.name;
    if (tag.current) return take(name, *tag.current);
    obstructions_.note({FindingKind::bad_tag_link, "", repository().name,
                        "names nothing: its link is missing or damaged"},
                       name);
  }

  void take(const std::string& name, const Digest& digest) {
    if (!images_.insert({name, digest}).second) return;
    const DigestId id = survey_.graph.find(survey_.inventory, digest);
    if (id == kNoDigest || !survey_.graph.present(id))
      return obstructions_.note_missing(FindingKind::missing_manifest,
                                        digest.to_string(), repository().name,
                                        name);
    closure_.start(repository_);
    closure_.follow_referrers();
    closure_.add_manifest(id);
    take_reached(name, id);
    const std::vector<std::pair<std::string, Digest>> signatures =
        tags_about_what_is_reached();
    for (const auto& [tag, about] : signatures) take(tag, about);
  }

  void take_reached(const std::string& name, DigestId root) {
    for (const DigestId id : closure_.order()) {
      const Digest* digest = survey_.graph.digest(survey_.inventory, id);
      if (!survey_.graph.present(id) || digest == nullptr) continue;
      const ManifestNode* node = survey_.graph.node(id);
      blobs_.try_emplace(
          *digest, ExportedBlob{*digest, survey_.inventory.blobs[id].size,
                                node != nullptr, repository().name, name});
      if (node != nullptr && node->state != ManifestState::opaque)
        obstructions_.judge(*node, repository().name, name);
    }
    for (const ManifestNode* node : closure_.manifests()) {
      obstructions_.look_for_parts(*node, repository().name, name);
      if (node->has_subject && node->id != root)
        referrers_.insert(*survey_.graph.digest(survey_.inventory, node->id));
    }
  }

  // Those that somebody named need no entry of their own.
  void add_referrers() {
    for (const ExportedImage& image : images_) referrers_.erase(image.digest);
    for (const Digest& digest : referrers_) images_.insert({"", digest});
  }

  std::vector<std::pair<std::string, Digest>> tags_about_what_is_reached() {
    std::vector<std::pair<std::string, Digest>> found;
    for (const Tag& tag : repository().tags) {
      const auto about = subject_in_name(tag.name);
      if (!about || !tag.current) continue;
      const DigestId id = survey_.graph.find(survey_.inventory, *about);
      if (id != kNoDigest && closure_.reached(id))
        found.emplace_back(repository().name + ":" + tag.name, *tag.current);
    }
    return found;
  }

  const Survey& survey_;
  AliasIndex aliases_;
  Closure closure_;
  std::uint32_t repository_ = 0;
  std::set<ExportedImage> images_;
  std::set<Digest> referrers_;
  std::map<Digest, ExportedBlob> blobs_;
  Obstructions obstructions_;
};

}  // namespace

ExportChoice choose_export(const Survey& survey,
                           const std::vector<Selected>& selected) {
  Chooser chooser(survey);
  for (const Selected& each : selected) chooser.choose(each);
  return chooser.take_result();
}

}  // namespace dregs
