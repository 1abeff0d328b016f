// What `rm` removes: repositories, tags and manifests that a user named. Only
// links go; which blobs are then garbage is decided by gc's rules. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/decide/refusal.h"
#include "gc/mark/survey.h"
#include "gc/names/selection.h"

namespace dregs {

// What goes in one repository, by position.
struct RequestedParts {
  bool whole = false;            // with whatever is in it
  std::set<std::uint32_t> tags;  // with those of the manifests that go
  std::set<Digest> manifests;
  // Those among them that nobody named: they lost their last tag.
  std::set<Digest> left_untagged{};
};

using RequestedRemoval = std::map<std::uint32_t, RequestedParts>;

// Tags of a removed manifest go with it.
RequestedRemoval expand(const Inventory& inventory,
                        const std::vector<Selected>& selected);

// Takes out of the request the tags whose folders hold what no registry wrote,
// since they cannot go as a whole, and what must not go without them: their
// manifests and their repository. Their paths.
std::vector<std::string> keep_foreign_tags(const Inventory& inventory,
                                           RequestedRemoval& request);

// Manifests that a kept index of their repository needs.
std::vector<Refusal> harm_of(const Survey& survey,
                             const RequestedRemoval& request);

// Repositories in which dregs changes nothing: behind symbolic links and on
// other filesystems, or where servers do not look.
std::vector<Refusal> untouchable(const Inventory& inventory,
                                 const RequestedRemoval& request);

// Tags, history, revisions, layer links, uploads, and folders left empty.
Plan plan_removal(const Inventory& inventory, const RequestedRemoval& request);

}  // namespace dregs
