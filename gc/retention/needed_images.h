// What stays of one repository, grown step by step, and what a removal reaches
// (retention-rules.md#3.4, #3.5, #3.11). Borrows what it is made of; one
// thread.
#pragma once

#include <vector>

#include "gc/mark/closure.h"
#include "gc/retention/decide.h"
#include "gc/retention/repository_images.h"
#include "gc/retention/tag_roles.h"

namespace dregs {

// Closures of the whole store, to be used for one repository after another.
struct RetentionClosures {
  RetentionClosures(const Survey& survey, const AliasIndex& aliases)
      : kept(survey.inventory, survey.graph, aliases),
        going(survey.inventory, survey.graph, aliases) {}
  Closure kept;
  Closure going;
};

// A revision that no tag names, nor an index, nor a subject.
struct UntaggedRevision {
  DigestId id = kNoDigest;
  bool goes = false;
  std::string reason;  // why it goes
};

// What rules say of what was untagged before; the history of tags and what
// others need is not looked at.
std::vector<UntaggedRevision> judge_untagged(const RetentionInput& input,
                                             std::size_t repository,
                                             const RepositoryImages& images);

// By tag: what its history keeps, as long as the tag itself stays: the newest
// `revisions` entries beside what it names now.
std::vector<std::vector<DigestId>> kept_history(const RetentionInput& input,
                                                std::size_t repository);

}  // namespace dregs
