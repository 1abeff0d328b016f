#include "gc/facts/repository_images.h"

#include <algorithm>

namespace dregs {
namespace {

constexpr std::string_view kSignaturePrefix = "sha256-";
constexpr std::size_t kHexDigitsOfSubject = 64;

std::set<DigestId> manifests_here(const RepositoryIds& ids) {
  std::set<DigestId> here(ids.revisions.begin(), ids.revisions.end());
  here.insert(ids.tags.begin(), ids.tags.end());
  here.insert(ids.manifests_among_layers.begin(),
              ids.manifests_among_layers.end());
  here.erase(kNoDigest);
  return here;
}

// Says where the subject of a manifest is. The manifest has to name one.
SubjectState state_of_subject(const Survey& survey, const AliasIndex& aliases,
                              const ManifestNode& node,
                              const std::set<DigestId>& manifests_here) {
  bool named = false;
  bool here = false;
  bool stored = false;
  for (const GraphEdge& edge : survey.graph.edges(node)) {
    if (edge.role != ReferenceRole::subject) continue;
    named = true;
    here = here || manifests_here.contains(edge.to);
    stored = stored || survey.graph.present(edge.to);
  }
  for (const OtherReference& other : survey.graph.others(node))
    if (other.role == ReferenceRole::subject)
      for (const DigestId id : aliases.targets(other.digest))
        here = here || manifests_here.contains(id);
  if (here) return SubjectState::here;
  if (!named || node.odd_subject) return SubjectState::unknown;
  return stored ? SubjectState::elsewhere : SubjectState::absent;
}

}  // namespace

RepositoryImages::RepositoryImages(const Survey& survey, std::size_t repository,
                                   const AliasIndex& aliases)
    : here_(manifests_here(survey.graph.repository(repository))) {
  for (const DigestId id : here_)
    if (const ManifestNode* node = survey.graph.node(id))
      add(survey, aliases, *node);
  std::sort(parents_.begin(), parents_.end());
  std::sort(images_.begin(), images_.end());
}

void RepositoryImages::add(const Survey& survey, const AliasIndex& aliases,
                           const ManifestNode& node) {
  for (const GraphEdge& edge : survey.graph.edges(node))
    if (dregs::is_child(edge.role))
      parents_.emplace_back(edge.to, node.id);
    else if (edge.role == ReferenceRole::config)
      images_.emplace_back(edge.to, node.id);
  for (const OtherReference& other : survey.graph.others(node))
    if (dregs::is_child(other.role))
      for (const DigestId id : aliases.targets(other.digest))
        parents_.emplace_back(id, node.id);
  if (node.has_subject || node.odd_subject)
    subjects_.emplace(node.id, state_of_subject(survey, aliases, node, here_));
}

bool RepositoryImages::is_child(DigestId id) const {
  const auto at = std::lower_bound(parents_.begin(), parents_.end(),
                                   std::pair(id, DigestId{0}));
  return at != parents_.end() && at->first == id;
}

std::vector<DigestId> RepositoryImages::indexes_of(DigestId id) const {
  std::vector<DigestId> indexes;
  for (auto at = std::lower_bound(parents_.begin(), parents_.end(),
                                  std::pair(id, DigestId{0}));
       at != parents_.end() && at->first == id; ++at)
    indexes.push_back(at->second);
  return indexes;
}

SubjectState RepositoryImages::subject_state(DigestId id) const {
  const auto at = subjects_.find(id);
  return at == subjects_.end() ? SubjectState::none : at->second;
}

std::set<DigestId> RepositoryImages::with_all_above(
    std::vector<DigestId> ids) const {
  std::set<DigestId> all;
  while (!ids.empty()) {
    const DigestId id = ids.back();
    ids.pop_back();
    if (id == kNoDigest || !all.insert(id).second) continue;
    for (const Pairs* pairs : {&parents_, &images_})
      for (auto at = std::lower_bound(pairs->begin(), pairs->end(),
                                      std::pair(id, DigestId{0}));
           at != pairs->end() && at->first == id; ++at)
        ids.push_back(at->second);
  }
  return all;
}

bool is_signature_name(std::string_view tag) {
  return tag.starts_with(kSignaturePrefix);
}

std::optional<Digest> subject_in_name(std::string_view tag) {
  if (!is_signature_name(tag)) return std::nullopt;
  const std::string_view rest = tag.substr(kSignaturePrefix.size());
  const std::string_view hex = rest.substr(0, kHexDigitsOfSubject);
  const std::string_view behind = rest.substr(hex.size());
  if (!behind.empty() && behind.front() != '.' && behind.front() != '-')
    return std::nullopt;
  return Digest::from_hex(hex);
}

}  // namespace dregs
