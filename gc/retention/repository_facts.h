// RepositoryFacts holds what the decision about one repository is made from.
// No rule has been asked yet, and nothing in it changes. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "gc/facts/repository_images.h"
#include "gc/retention/decide.h"
#include "gc/retention/needed_images.h"

namespace dregs {

struct RepositoryFacts {
  // `input` has to outlive the facts. `aliases` is only read here.
  RepositoryFacts(const RetentionInput& input, std::size_t position,
                  const AliasIndex& aliases);

  const UsedParts& used() const { return input.used.repositories[position]; }

  // A saved plan says which tags and revisions may go at all. Without one all
  // may. The arguments are positions.
  bool tag_is_approved(std::size_t tag) const;
  bool revision_is_approved(std::size_t revision) const;

  const RetentionInput& input;
  std::size_t position;
  const Repository& repository;
  const RepositoryIds& ids;
  RepositoryImages images;
  std::vector<UntaggedRevision> untagged;
  std::vector<std::vector<DigestId>> history;  // what each tag keeps of it
};

}  // namespace dregs
