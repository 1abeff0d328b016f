// Which manifests lose their last tag when tags are removed, and may go in the
// same run (promises.md#may-touch, `rm --gc`; retention-rules.md#3.4 and #3.5):
// the manifests of those tags, the children of indexes among them, and what
// refers to any of these. Manifests that were untagged before are no
// candidates. Pure; runs on one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "gc/decide/requested_removal.h"

namespace dregs {

struct UntaggedRules {
  // Young manifests stay, and so do those of pinned repositories.
  Policy policy;
  // Manifests that are named in the history of a tag that stays, stay.
  bool history_keeps = true;
  // Tags that are named after a manifest (subject_of_tag) go with it.
  bool signature_tags_follow = false;
  // Manifests that stay for reasons of the caller, by position of the
  // repository; what they need stays with them.
  std::map<std::uint32_t, std::vector<Digest>> also_kept{};
};

// Why a manifest that has lost its last tag stays.
enum class UntaggedStays : std::uint8_t {
  repository_is_pinned,
  in_history,  // of a tag that stays
  too_young,   // by the policy
  asked_for,   // also_kept names it
  is_needed,   // by a manifest that stays: an index, a subject, a referrer
};

std::string_view to_string(UntaggedStays why);

// In one repository; sorted, and none of it in the request already.
struct LeftUntagged {
  std::set<Digest> manifests;    // these may go
  std::set<std::uint32_t> tags;  // and these, which were named after them
  // The manifests of removed tags, where no tag is left, that stay.
  std::map<Digest, UntaggedStays> kept;
};

// By position; only repositories of the request that do not go as a whole.
std::map<std::uint32_t, LeftUntagged> manifests_left_untagged(
    const Survey& survey, const RequestedRemoval& request,
    const UntaggedRules& rules);

// Of "sha256-HEX" and "sha256-HEX.sig", .att and so on, by which clients name
// signatures and the fallback of the referrers API: the manifest that such a
// tag is about.
std::optional<Digest> subject_of_tag(std::string_view tag);

}  // namespace dregs
