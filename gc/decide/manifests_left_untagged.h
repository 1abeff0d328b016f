// manifests_left_untagged() says which manifests lose their last tag by a
// removal and may go in the same run (promises.md#may-touch, `rm --gc`;
// retention-rules.md#3.4 and #3.5). Candidates are the manifests of the removed
// tags, the children of indexes among them, and the referrers of all these. A
// manifest that was untagged before is not a candidate. Pure; runs on one
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "gc/decide/requested_removal.h"

namespace dregs {

// Says why a manifest stays that lost its last tag.
enum class UntaggedStays : std::uint8_t {
  repository_is_pinned,
  in_history,  // of a tag that stays
  too_young,   // by the policy
  is_needed,   // by a manifest that stays: an index, a subject, a referrer
};

std::string_view to_string(UntaggedStays why);

// The answer for one repository, sorted. It repeats nothing of the request.
struct LeftUntagged {
  std::set<Digest> manifests;  // these may go
  // The manifests of removed tags that have no tag left and stay.
  std::map<Digest, UntaggedStays> kept;
};

// The key is the position of the repository. Repositories that go as a whole
// have no answer. A manifest stays where it is young by `policy`, where its
// repository is pinned, and where the history of a tag that stays names it.
std::map<std::uint32_t, LeftUntagged> manifests_left_untagged(
    const Survey& survey, const RequestedRemoval& request,
    const Policy& policy);

}  // namespace dregs
