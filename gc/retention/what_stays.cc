#include "gc/retention/what_stays.h"

#include <algorithm>

namespace dregs {
namespace {

using Kind = TagRole::Kind;

// Such a revision is a layer of another image too, or registry 2.1 linked it.
// Its layer link would stay, so the revision stays.
void keep_what_is_a_layer_too(const RepositoryFacts& facts, Closure& kept) {
  for (std::size_t r = 0; r < facts.ids.revisions.size(); ++r)
    if (std::ranges::binary_search(facts.repository.layers,
                                   facts.repository.revisions[r]))
      kept.add_manifest(facts.ids.revisions[r]);
}

// Adds what stays whatever becomes of the tags.
void keep_what_needs_no_tag(const RepositoryFacts& facts, Closure& kept) {
  const RepositoryIds& ids = facts.ids;
  for (const auto* each :
       {&ids.led_to, &ids.stored_otherwise, &ids.manifests_among_layers})
    for (const DigestId id : *each) kept.add_manifest(id);
  for (const auto& [id, text] : facts.used().manifests)
    if (facts.images.is_here(id)) kept.add_manifest(id);
  for (const UntaggedRevision& each : facts.untagged)
    if (!each.goes) kept.add_manifest(each.id);
  keep_what_is_a_layer_too(facts, kept);
  for (std::size_t r = 0; r < ids.revisions.size(); ++r)
    if (!facts.revision_is_approved(r)) kept.add_manifest(ids.revisions[r]);
}

// An orphan whose tag has an ordinary name goes only where a rule names that
// tag.
bool orphan_goes(const RepositoryFacts& facts, const TagRole& role,
                 std::size_t t) {
  return facts.input.policy.remove_orphans &&
         (role.rule != 0 || is_signature_name(facts.repository.tags[t].name));
}

bool stays_by_itself(const RepositoryFacts& facts, const TagRole& role,
                     const TagDecision& ruled, std::size_t t) {
  if (!facts.tag_is_approved(t)) return true;
  switch (role.kind) {
    case Kind::kept:
      return true;
    case Kind::candidate:
      return !ruled.goes;
    case Kind::referrer:
      return role.rule == 0;  // no rule says that it may go
    case Kind::orphan:
      return !orphan_goes(facts, role, t);
    case Kind::child:
    case Kind::signature:
      return false;
  }
  return true;
}

void keep_tag(const RepositoryFacts& facts, std::size_t t, Closure& kept,
              std::vector<bool>& stays) {
  stays[t] = true;
  kept.add_manifest(facts.ids.tags[t]);
  for (const DigestId id : facts.history[t])
    if (id != kNoDigest && facts.images.is_here(id)) kept.add_manifest(id);
}

bool follows_what_stays(const RepositoryFacts& facts, const TagRole& role,
                        std::size_t t, const Closure& kept) {
  const DigestId id = facts.ids.tags[t];
  if (role.kind == Kind::signature) return kept.reached(*role.subject);
  if (role.kind == Kind::referrer) return kept.reached(id);
  if (role.kind != Kind::child) return false;
  const std::vector<DigestId> indexes = facts.images.indexes_of(id);
  return std::any_of(indexes.begin(), indexes.end(),
                     [&](DigestId index) { return kept.reached(index); });
}

// A tag that stays may have followers of its own: signatures of signatures.
void keep_followers(const RepositoryFacts& facts,
                    const std::vector<TagRole>& roles, Closure& kept,
                    std::vector<bool>& stays) {
  for (bool again = true; again;) {
    again = false;
    for (std::size_t t = 0; t < roles.size(); ++t)
      if (!stays[t] && follows_what_stays(facts, roles[t], t, kept)) {
        keep_tag(facts, t, kept, stays);
        again = true;
      }
  }
}

}  // namespace

std::vector<bool> find_what_stays(const RepositoryFacts& facts,
                                  const std::vector<TagRole>& roles,
                                  const std::vector<TagDecision>& ruled,
                                  Closure& kept) {
  kept.start(facts.position);
  kept.follow_referrers();
  keep_what_needs_no_tag(facts, kept);
  std::vector<bool> stays(roles.size(), false);
  for (std::size_t t = 0; t < roles.size(); ++t)
    if (stays_by_itself(facts, roles[t], ruled[t], t))
      keep_tag(facts, t, kept, stays);
  keep_followers(facts, roles, kept, stays);
  return stays;
}

void find_what_goes(const RepositoryFacts& facts,
                    const std::vector<TagRole>& roles,
                    RetentionClosures& closures, std::vector<bool>& stays) {
  auto& [kept, going] = closures;
  going.start(facts.position);
  going.follow_referrers();
  for (std::size_t t = 0; t < roles.size(); ++t)
    if (!stays[t]) going.add_manifest(facts.ids.tags[t]);
  for (const UntaggedRevision& each : facts.untagged)
    if (each.goes) going.add_manifest(each.id);
  for (const DigestId id : facts.ids.revisions)
    if (!kept.reached(id) && !going.reached(id)) kept.add_manifest(id);
  keep_followers(facts, roles, kept, stays);
}

}  // namespace dregs
