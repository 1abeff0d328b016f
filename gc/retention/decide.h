// decide() says which tags and manifests a retention policy removes
// (retention-rules.md#3). It is pure: it reads and removes nothing, and the
// same values give the same answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/decide/requested_removal.h"
#include "gc/facts/store_times.h"
#include "gc/facts/used_images.h"
#include "gc/mark/survey.h"
#include "gc/pulls/pull_times.h"
#include "gc/rules/retention_policy.h"

namespace dregs {

// Everything here is borrowed.
struct RetentionInput {
  const Survey& survey;
  const RetentionPolicy& policy;
  const StoreTimes& times;
  const UsedImages& used;
  const PullTimes& pulls;
  std::int64_t now_ns = 0;
  // Says for each repository whether the decision covers it. An empty vector
  // covers all.
  std::vector<bool> named{};
  // Only these tags and manifests may go; the rest stays with all that it
  // needs. Null: whatever the policy lets go.
  const RequestedRemoval* approved = nullptr;
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
  // Stays whatever a rule says: by its name, by its use, or because something
  // cannot be read.
  bool is_protected = false;
  // Says whether a time decided, and which kind of time.
  bool by_time = false;
  RetentionTime time = RetentionTime::pushed;
  KnownTime pulled;
  std::string reason;
};

// Is made for each manifest that goes, and for each that stays although one of
// its tags goes.
struct ManifestDecision {
  Digest digest;
  Fate fate = Fate::keep;
  bool goes = false;
  std::string reason;
  // The rule for untagged manifests that let it go, from 1 on; 0: none.
  std::size_t untagged_rule = 0;
};

struct RepositoryDecision {
  bool considered = false;
  std::vector<TagDecision> tags;            // parallel to Repository::tags
  std::vector<ManifestDecision> manifests;  // sorted by digest
};

using RetentionDecision = std::vector<RepositoryDecision>;  // by repository

RetentionDecision decide(const RetentionInput& input);

// Turns a decision into the request that a run carries out.
RequestedRemoval removal_of(const RetentionDecision& decision);

}  // namespace dregs
