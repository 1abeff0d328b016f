#include "gc/retention/repository_facts.h"

namespace dregs {
namespace {

// Returns what a saved plan lets go of one repository: nothing, where it does
// not name the repository.
const RequestedParts& approved_in(const RequestedRemoval& approved,
                                  std::size_t repository) {
  static const RequestedParts kNothing;
  const auto at = approved.find(static_cast<std::uint32_t>(repository));
  return at == approved.end() ? kNothing : at->second;
}

}  // namespace

RepositoryFacts::RepositoryFacts(const RetentionInput& all, std::size_t i,
                                 const AliasIndex& aliases)
    : input(all),
      position(i),
      repository(all.survey.inventory.repositories[i]),
      ids(all.survey.graph.repository(i)),
      images(all.survey, i, aliases),
      untagged(judge_untagged(all, i, images)),
      history(kept_history(all, i)) {}

bool RepositoryFacts::tag_is_approved(std::size_t tag) const {
  return input.approved == nullptr ||
         approved_in(*input.approved, position)
             .tags.contains(static_cast<std::uint32_t>(tag));
}

bool RepositoryFacts::revision_is_approved(std::size_t revision) const {
  return input.approved == nullptr ||
         approved_in(*input.approved, position)
             .manifests.contains(repository.revisions[revision]);
}

}  // namespace dregs
