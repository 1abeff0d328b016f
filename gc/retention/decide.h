// Which tags and manifests a retention policy lets go (retention-rules.md#3).
// Pure: the same values give the same answer, and nothing is read or removed
// here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/decide/requested_removal.h"
#include "gc/mark/survey.h"
#include "gc/pulls/pull_times.h"
#include "gc/retention/store_times.h"
#include "gc/retention/used_images.h"
#include "gc/rules/retention_policy.h"

namespace dregs {

// Borrowed, all of it.
struct RetentionInput {
  const Survey& survey;
  const RetentionPolicy& policy;
  const StoreTimes& times;
  const UsedImages& used;
  const PullTimes& pulls;
  std::int64_t now_ns = 0;
  // By repository: whether it is looked at; empty: all are.
  std::vector<bool> named{};
};

enum class Fate : std::uint8_t {
  keep,
  remove,
  follows,  // stays or goes with what it belongs to (3.5)
};

std::string_view to_string(Fate fate);

struct TagDecision {
  Fate fate = Fate::keep;
  bool goes = false;
  std::size_t rule = 0;  // the one that decided, from 1 on; 0: none
  // Whether times decided, and which.
  bool by_time = false;
  RetentionTime time = RetentionTime::pushed;
  KnownTime pulled;
  std::string reason;
};

// Of manifests that go, and of those that stay though a tag of theirs goes.
struct ManifestDecision {
  Digest digest;
  Fate fate = Fate::keep;
  bool goes = false;
  std::string reason;
};

struct RepositoryDecision {
  bool considered = false;
  std::vector<TagDecision> tags;            // parallel to Repository::tags
  std::vector<ManifestDecision> manifests;  // sorted by digest
};

using RetentionDecision = std::vector<RepositoryDecision>;  // by repository

RetentionDecision decide(const RetentionInput& input);

// What is to be removed for it.
RequestedRemoval removal_of(const RetentionDecision& decision);

}  // namespace dregs
