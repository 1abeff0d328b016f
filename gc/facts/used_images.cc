#include "gc/facts/used_images.h"

#include <algorithm>

#include "gc/facts/repository_images.h"

namespace dregs {
namespace {

// What the tags of each repository name, sorted.
using TagTargets = std::vector<std::vector<DigestId>>;

TagTargets targets_of_tags(const Survey& survey) {
  TagTargets targets;
  targets.reserve(survey.inventory.repositories.size());
  for (std::size_t i = 0; i < survey.inventory.repositories.size(); ++i) {
    targets.push_back(survey.graph.repository(i).tags);
    std::sort(targets.back().begin(), targets.back().end());
  }
  return targets;
}

// What lists name in one repository. The manifests and configurations are
// without the indexes above them.
struct NamedParts {
  std::map<std::uint32_t, std::string> tags;
  std::vector<std::pair<DigestId, std::string>> manifests;
};

// All by the position of the repository.
struct UseSearch {
  const Survey& survey;
  TagTargets targets;
  std::vector<NamedParts> named;
};

// A configuration has a layer link, as a layer has.
bool is_named_in(const UseSearch& search, std::size_t i, DigestId id,
                 const Digest& digest) {
  const Repository& repository = search.survey.inventory.repositories[i];
  return std::ranges::binary_search(repository.revisions, digest) ||
         std::ranges::binary_search(repository.layers, digest) ||
         std::ranges::binary_search(search.targets[i], id);
}

bool find_digest(UseSearch& search, std::size_t i,
                 const InUseReference& reference) {
  const Survey& survey = search.survey;
  const auto digest = Digest::parse(reference.digest);
  if (!digest) return false;
  const DigestId id = survey.graph.find(survey.inventory, *digest);
  if (id == kNoDigest || !is_named_in(search, i, id, *digest)) return false;
  search.named[i].manifests.emplace_back(id, reference.text);
  return true;
}

bool find_tag(UseSearch& search, std::size_t i,
              const InUseReference& reference) {
  if (reference.tag.empty()) return false;
  const std::vector<Tag>& tags = search.survey.inventory.repositories[i].tags;
  const auto tag =
      std::ranges::lower_bound(tags, reference.tag, {}, &Tag::name);
  if (tag == tags.end() || tag->name != reference.tag) return false;
  const auto t = static_cast<std::uint32_t>(tag - tags.begin());
  search.named[i].tags.emplace(t, reference.text);
  search.named[i].manifests.emplace_back(
      search.survey.graph.repository(i).tags[t], reference.text);
  return true;
}

// Returns whether the reference names anything here.
bool find(UseSearch& search, const InUseReference& reference) {
  const std::vector<Repository>& all = search.survey.inventory.repositories;
  bool here = false;
  bool named = false;
  for (const std::string& name : possible_repositories(reference)) {
    const auto at = std::ranges::lower_bound(all, name, {}, &Repository::name);
    if (at == all.end() || at->name != name) continue;
    here = true;
    const auto i = static_cast<std::size_t>(at - all.begin());
    named = find_tag(search, i, reference) || named;
    named = find_digest(search, i, reference) || named;
  }
  if (here || reference.digest.empty()) return named;
  for (std::size_t i = 0; i < all.size(); ++i)
    named = find_digest(search, i, reference) || named;
  return named;
}

// Adds the indexes above what was named.
std::vector<UsedParts> with_all_above(UseSearch search) {
  const Survey& survey = search.survey;
  const AliasIndex aliases(survey.inventory, survey.graph);
  std::vector<UsedParts> used(search.named.size());
  for (std::size_t i = 0; i < used.size(); ++i) {
    NamedParts& named = search.named[i];
    used[i].tags = std::move(named.tags);
    if (named.manifests.empty()) continue;
    const RepositoryImages images(survey, i, aliases);
    for (const auto& [id, text] : named.manifests)
      for (const DigestId above : images.with_all_above({id}))
        used[i].manifests.emplace(above, text);
  }
  return used;
}

}  // namespace

UsedImages find_used(const Survey& survey,
                     const std::vector<InUseList>& lists) {
  const std::size_t repositories = survey.inventory.repositories.size();
  UsedImages used;
  used.repositories.resize(repositories);
  if (lists.empty()) return used;
  UseSearch search{survey, targets_of_tags(survey),
                   std::vector<NamedParts>(repositories)};
  for (const InUseList& list : lists)
    used.found.push_back(static_cast<std::size_t>(std::count_if(
        list.references.begin(), list.references.end(),
        [&](const InUseReference& each) { return find(search, each); })));
  used.repositories = with_all_above(std::move(search));
  return used;
}

}  // namespace dregs
