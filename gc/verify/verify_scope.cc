#include "gc/verify/verify_scope.h"

#include <algorithm>

#include "gc/mark/roots.h"

namespace dregs {

VerifyScope::VerifyScope(const Survey& survey, const VerifyRequest& request)
    : survey_(survey),
      shard_(request.shard),
      everything_(request.refs.empty()) {
  if (everything_)
    add_everything();
  else
    add_all(select(survey.inventory, request.refs, Unmatched::is_nothing));
}

void VerifyScope::add_all(const std::vector<Selected>& selected) {
  const AliasIndex aliases(survey_.inventory, survey_.graph);
  Closure closure(survey_.inventory, survey_.graph, aliases);
  for (const Selected& each : selected) add_selected(each, closure);
  std::sort(blobs_.begin(), blobs_.end());
  blobs_.erase(std::unique(blobs_.begin(), blobs_.end()), blobs_.end());
}

void VerifyScope::add_everything() {
  const Inventory& inventory = survey_.inventory;
  for (BlobId id = 0; id < inventory.blobs.size(); ++id)
    if (shard_.holds(inventory.blobs[id].digest)) blobs_.push_back(id);
  for (std::size_t i = 0; i < inventory.repositories.size(); ++i) {
    const Repository& repository = inventory.repositories[i];
    for (std::size_t t = 0; t < repository.tags.size(); ++t) add_tag(i, t);
    for (const Digest& digest : repository.revisions) add_revision(i, digest);
  }
}

void VerifyScope::add_selected(const Selected& selected, Closure& closure) {
  const std::size_t i = selected.repository;
  const Repository& repository = survey_.inventory.repositories[i];
  const RepositoryIds& ids = survey_.graph.repository(i);
  closure.start(i);
  for (std::size_t t = 0; t < repository.tags.size(); ++t) {
    const bool named = selected.tag ? *selected.tag == t
                       : selected.digest
                           ? selected.digest == repository.tags[t].current
                           : true;
    if (!named) continue;
    closure.add_manifest(ids.tags[t]);
    add_tag(i, t);
  }
  for (std::size_t r = 0; r < repository.revisions.size(); ++r) {
    if (selected.tag ||
        (selected.digest && selected.digest != repository.revisions[r]))
      continue;
    closure.add_manifest(ids.revisions[r]);
    add_revision(i, repository.revisions[r]);
  }
  if (!selected.tag && !selected.digest) {
    repositories_.insert(repository.name);
    add_all_roots(closure, ids);
  }
  add_closure(closure);
}

void VerifyScope::add_closure(const Closure& closure) {
  for (const DigestId id : closure.order())
    if (survey_.graph.present(id) &&
        shard_.holds(survey_.inventory.blobs[id].digest))
      blobs_.push_back(id);
}

void VerifyScope::add_tag(std::size_t repository, std::size_t tag) {
  const Repository& in = survey_.inventory.repositories[repository];
  const std::optional<Digest>& target = in.tags[tag].current;
  const bool is_new =
      everything_ || images_.insert(in.name + ":" + in.tags[tag].name).second;
  if (is_new && (target ? shard_.holds(*target) : shard_.part == 1)) ++tags_;
}

void VerifyScope::add_revision(std::size_t repository, const Digest& digest) {
  const Repository& in = survey_.inventory.repositories[repository];
  const bool is_new =
      everything_ || images_.insert(in.name + "@" + digest.to_string()).second;
  if (is_new && shard_.holds(digest)) ++revisions_;
}

bool VerifyScope::covers(const Finding& finding, const HurtImages& hurt) const {
  const auto digest = Digest::parse(finding.digest);
  return (digest ? shard_.holds(*digest) : shard_.part == 1) &&
         concerns(finding, hurt);
}

bool VerifyScope::concerns(const Finding& finding,
                           const HurtImages& hurt) const {
  if (everything_ || repositories_.contains(finding.repository)) return true;
  // What is wrong with the store as a whole.
  if (finding.repository.empty() && finding.digest.empty())
    return finding.severity() == Severity::error;
  const auto named = [this](const std::string& image) {
    return images_.contains(image);
  };
  return std::any_of(hurt.tags.begin(), hurt.tags.end(), named) ||
         std::any_of(hurt.revisions.begin(), hurt.revisions.end(), named);
}

}  // namespace dregs
