// These functions say which untagged revisions may go, and what the history of
// tags keeps (retention-rules.md#3.4, #3.5, #3.11). One thread at a time may
// use a RetentionClosures.
#pragma once

#include <vector>

#include "gc/facts/repository_images.h"
#include "gc/mark/closure.h"
#include "gc/retention/decide.h"
#include "gc/retention/tag_roles.h"

namespace dregs {

// Holds the two closures that every repository uses in turn: what stays, and
// what a removal reaches.
struct RetentionClosures {
  RetentionClosures(const Survey& survey, const AliasIndex& aliases)
      : kept(survey.inventory, survey.graph, aliases),
        going(survey.inventory, survey.graph, aliases) {}
  Closure kept;
  Closure going;
};

// A revision that no tag names, that is not a child of an index, and that
// refers to no subject here.
struct UntaggedRevision {
  DigestId id = kNoDigest;
  bool goes = false;
  std::string reason;    // why it goes
  std::size_t rule = 0;  // that lets it go, from 1 on; 0: none
};

// Asks the `untagged` rules about revisions that were untagged before. It does
// not look at the history of tags, nor at what other manifests need.
std::vector<UntaggedRevision> judge_untagged(const RetentionInput& input,
                                             std::size_t repository,
                                             const RepositoryImages& images);

// Returns for each tag what its history keeps while the tag stays: the newest
// `revisions` entries beside the manifest that the tag names now.
std::vector<std::vector<DigestId>> kept_history(const RetentionInput& input,
                                                std::size_t repository);

}  // namespace dregs
