#include "gc/facts/used_images.h"

#include <algorithm>

#include "gc/facts/repository_images.h"

namespace dregs {
namespace {

class UseFinder {
 public:
  explicit UseFinder(const Survey& survey) : survey_(survey) {
    used_.repositories.resize(repositories().size());
    direct_.resize(repositories().size());
    tags_.reserve(repositories().size());
    for (std::size_t i = 0; i < repositories().size(); ++i) {
      tags_.push_back(survey_.graph.repository(i).tags);
      std::sort(tags_.back().begin(), tags_.back().end());
    }
  }

  UsedImages run(const std::vector<InUseList>& lists) {
    for (const InUseList& list : lists)
      used_.found.push_back(static_cast<std::size_t>(std::count_if(
          list.references.begin(), list.references.end(),
          [this](const InUseReference& each) { return find(each); })));
    find_what_is_above();
    return std::move(used_);
  }

 private:
  // Manifests and configurations that a list names, without the indexes above
  // them.
  using Direct = std::vector<std::pair<DigestId, std::string>>;

  const std::vector<Repository>& repositories() const {
    return survey_.inventory.repositories;
  }

  bool find(const InUseReference& reference) {
    bool here = false;
    bool named = false;
    for (const std::string& name : possible_repositories(reference)) {
      const auto at =
          std::lower_bound(repositories().begin(), repositories().end(), name,
                           [](const Repository& each, const std::string& text) {
                             return each.name < text;
                           });
      if (at == repositories().end() || at->name != name) continue;
      here = true;
      const auto i = static_cast<std::size_t>(at - repositories().begin());
      named = find_in(i, reference) || named;
    }
    if (here || reference.digest.empty()) return named;
    for (std::size_t i = 0; i < repositories().size(); ++i)
      named = find_digest(i, reference) || named;
    return named;
  }

  bool find_in(std::size_t i, const InUseReference& reference) {
    bool named = false;
    const std::vector<Tag>& tags = repositories()[i].tags;
    const auto tag =
        std::lower_bound(tags.begin(), tags.end(), reference.tag,
                         [](const Tag& each, const std::string& text) {
                           return each.name < text;
                         });
    if (!reference.tag.empty() && tag != tags.end() &&
        tag->name == reference.tag) {
      const auto t = static_cast<std::uint32_t>(tag - tags.begin());
      used_.repositories[i].tags.emplace(t, reference.text);
      direct_[i].emplace_back(survey_.graph.repository(i).tags[t],
                              reference.text);
      named = true;
    }
    return find_digest(i, reference) || named;
  }

  bool find_digest(std::size_t i, const InUseReference& reference) {
    const auto digest = Digest::parse(reference.digest);
    if (!digest) return false;
    const DigestId id = survey_.graph.find(survey_.inventory, *digest);
    if (id == kNoDigest || !is_named_in(i, id, *digest)) return false;
    direct_[i].emplace_back(id, reference.text);
    return true;
  }

  // A configuration has a layer link, as a layer has.
  bool is_named_in(std::size_t i, DigestId id, const Digest& digest) const {
    const Repository& repository = repositories()[i];
    return std::ranges::binary_search(repository.revisions, digest) ||
           std::ranges::binary_search(repository.layers, digest) ||
           std::ranges::binary_search(tags_[i], id);
  }

  void find_what_is_above() {
    const AliasIndex aliases(survey_.inventory, survey_.graph);
    for (std::size_t i = 0; i < direct_.size(); ++i) {
      if (direct_[i].empty()) continue;
      const RepositoryImages images(survey_, i, aliases);
      for (const auto& [id, text] : direct_[i])
        for (const DigestId above : images.with_all_above({id}))
          used_.repositories[i].manifests.emplace(above, text);
    }
  }

  const Survey& survey_;
  UsedImages used_;
  std::vector<Direct> direct_;
  std::vector<std::vector<DigestId>> tags_;  // what they name, sorted
};

}  // namespace

UsedImages find_used(const Survey& survey,
                     const std::vector<InUseList>& lists) {
  if (lists.empty()) {
    UsedImages nothing;
    nothing.repositories.resize(survey.inventory.repositories.size());
    return nothing;
  }
  return UseFinder(survey).run(lists);
}

}  // namespace dregs
