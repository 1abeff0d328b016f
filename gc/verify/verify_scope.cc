#include "gc/verify/verify_scope.h"

#include <algorithm>

#include "gc/mark/closure.h"
#include "gc/mark/roots.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

// A tag without a target belongs to the first part.
bool holds_tag(const Shard& shard, const Tag& tag) {
  return tag.current ? shard.holds(*tag.current) : shard.part == 1;
}

ScopeContents everything(const Inventory& inventory, const Shard& shard) {
  ScopeContents contents;
  for (BlobId id = 0; id < inventory.blobs.size(); ++id)
    if (shard.holds(inventory.blobs[id].digest)) contents.blobs.push_back(id);
  for (const Repository& repository : inventory.repositories) {
    for (const Tag& tag : repository.tags)
      if (holds_tag(shard, tag)) ++contents.tags;
    for (const Digest& digest : repository.revisions)
      if (shard.holds(digest)) ++contents.revisions;
  }
  return contents;
}

bool is_named(const Selected& selected, std::size_t t, const Tag& tag) {
  if (selected.tag) return *selected.tag == t;
  return !selected.digest || selected.digest == tag.current;
}

bool is_named(const Selected& selected, const Digest& revision) {
  return !selected.tag && (!selected.digest || selected.digest == revision);
}

// Tags and revisions may be selected more than once.
void add_tags(const Repository& repository, const RepositoryIds& ids,
              const Selected& selected, const Shard& shard, Closure& closure,
              ScopeContents& contents) {
  for (std::size_t t = 0; t < repository.tags.size(); ++t) {
    const Tag& tag = repository.tags[t];
    if (!is_named(selected, t, tag)) continue;
    closure.add_manifest(ids.tags[t]);
    const bool is_new =
        contents.images.insert(repository.name + ":" + tag.name).second;
    if (is_new && holds_tag(shard, tag)) ++contents.tags;
  }
}

void add_revisions(const Repository& repository, const RepositoryIds& ids,
                   const Selected& selected, const Shard& shard,
                   Closure& closure, ScopeContents& contents) {
  for (std::size_t r = 0; r < repository.revisions.size(); ++r) {
    const Digest& digest = repository.revisions[r];
    if (!is_named(selected, digest)) continue;
    closure.add_manifest(ids.revisions[r]);
    const bool is_new =
        contents.images.insert(repository.name + "@" + digest.to_string())
            .second;
    if (is_new && shard.holds(digest)) ++contents.revisions;
  }
}

void add_selected(const Survey& survey, const Selected& selected,
                  const Shard& shard, Closure& closure,
                  ScopeContents& contents) {
  const Repository& repository =
      survey.inventory.repositories[selected.repository];
  const RepositoryIds& ids = survey.graph.repository(selected.repository);
  closure.start(selected.repository);
  add_tags(repository, ids, selected, shard, closure, contents);
  add_revisions(repository, ids, selected, shard, closure, contents);
  if (!selected.tag && !selected.digest) {
    contents.repositories.insert(repository.name);
    add_all_roots(closure, ids);
  }
  for (const DigestId id : closure.order())
    if (survey.graph.present(id) &&
        shard.holds(survey.inventory.blobs[id].digest))
      contents.blobs.push_back(id);
}

ScopeContents all_of(const Survey& survey,
                     const std::vector<Selected>& selected,
                     const Shard& shard) {
  const AliasIndex aliases(survey.inventory, survey.graph);
  Closure closure(survey.inventory, survey.graph, aliases);
  ScopeContents contents;
  for (const Selected& each : selected)
    add_selected(survey, each, shard, closure, contents);
  std::vector<BlobId>& blobs = contents.blobs;
  sort_unique(blobs);
  return contents;
}

}  // namespace

VerifyScope::VerifyScope(const Survey& survey, const VerifyRequest& request)
    : shard_(request.shard),
      everything_(request.refs.empty()),
      contents_(everything_ ? everything(survey.inventory, shard_)
                            : all_of(survey,
                                     select(survey.inventory, request.refs,
                                            Unmatched::is_nothing),
                                     shard_)) {}

bool VerifyScope::covers(const Finding& finding, const HurtImages& hurt) const {
  const auto digest = Digest::parse(finding.digest);
  return (digest ? shard_.holds(*digest) : shard_.part == 1) &&
         concerns(finding, hurt);
}

bool VerifyScope::concerns(const Finding& finding,
                           const HurtImages& hurt) const {
  if (everything_ || contents_.repositories.contains(finding.repository))
    return true;
  // What is wrong with the store as a whole.
  if (finding.repository.empty() && finding.digest.empty())
    return finding.severity() == Severity::error;
  const auto named = [this](const std::string& image) {
    return contents_.images.contains(image);
  };
  return std::any_of(hurt.tags.begin(), hurt.tags.end(), named) ||
         std::any_of(hurt.revisions.begin(), hurt.revisions.end(), named);
}

}  // namespace dregs
