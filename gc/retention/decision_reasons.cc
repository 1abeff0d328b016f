#include "gc/retention/decision_reasons.h"

#include <fmt/format.h>

#include <map>

#include "gc/retention/last_pull_of_tag.h"

namespace dregs {
namespace {

using Kind = TagRole::Kind;

void tell_where_not_approved(TagDecision& decision) {
  if (decision.goes || decision.fate != Fate::remove) return;
  decision.fate = Fate::keep;
  decision.reason += "; yet the saved plan does not name it";
}

// Tells of a tag that no rule decided.
void tell_by_role(const TagRole& role, TagDecision& decision) {
  switch (role.kind) {
    case Kind::kept:
      decision.is_protected = true;
      decision.reason = role.reason;
      return;
    case Kind::candidate:
      decision.reason = "no rule";
      return;
    case Kind::child:
      decision.fate = Fate::follows;
      decision.reason = "belongs to an index that stays";
      return;
    case Kind::orphan:
      decision.fate = decision.goes ? Fate::remove : Fate::keep;
      decision.reason = "orphan: its subject is not here";
      return;
    case Kind::referrer:
    case Kind::signature:
      decision.fate = Fate::follows;
      decision.reason =
          decision.goes ? "its subject goes" : "its subject stays";
      if (role.kind == Kind::referrer && role.rule == 0) {
        decision.fate = Fate::keep;
        decision.reason = "no rule";
      }
  }
}

using TagByManifest = std::map<DigestId, std::size_t>;  // the first tag of each

// Returns the tags that go, or those that stay.
TagByManifest tags_by_manifest(const RepositoryFacts& facts,
                               const std::vector<TagDecision>& tags,
                               bool goes) {
  TagByManifest found;
  for (std::size_t t = 0; t < tags.size(); ++t)
    if (tags[t].goes == goes) found.emplace(facts.ids.tags[t], t);
  return found;
}

using LetGo = std::map<DigestId, const UntaggedRevision*>;

LetGo untagged_that_go(const RepositoryFacts& facts) {
  LetGo let_go;
  for (const UntaggedRevision& each : facts.untagged)
    if (each.goes) let_go.emplace(each.id, &each);
  return let_go;
}

bool revision_goes(DigestId id, const RetentionClosures& closures) {
  return closures.going.reached(id) && !closures.kept.reached(id);
}

// `tag` is one that goes and names the manifest, and null where none does.
ManifestDecision tell_of_going(const RepositoryFacts& facts, std::size_t r,
                               const std::vector<TagDecision>& tags,
                               const std::size_t* tag, const LetGo& let_go) {
  ManifestDecision manifest{facts.repository.revisions[r], Fate::follows, true,
                            "what it belongs to goes", 0};
  if (tag != nullptr) {
    manifest.fate = tags[*tag].fate;
    manifest.reason =
        fmt::format("tag {} goes", facts.repository.tags[*tag].name);
  }
  if (const auto each = let_go.find(facts.ids.revisions[r]);
      each != let_go.end()) {
    manifest.fate = Fate::remove;
    manifest.reason = each->second->reason;
    manifest.untagged_rule = each->second->rule;
  }
  return manifest;
}

std::string why_it_stays(const RepositoryFacts& facts, DigestId id,
                         const TagByManifest& stay) {
  const auto& used = facts.used().manifests;
  if (const auto use = used.find(id); use != used.end())
    return fmt::format("in use: {}", use->second);
  if (const auto tag = stay.find(id); tag != stay.end())
    return fmt::format("tag {} stays", facts.repository.tags[tag->second].name);
  return "an index, a subject, a revision or the history needs it";
}

}  // namespace

void tell_of_tags(const RepositoryFacts& facts,
                  const std::vector<TagRole>& roles,
                  const std::vector<bool>& stays,
                  std::vector<TagDecision>& tags) {
  for (std::size_t t = 0; t < roles.size(); ++t) {
    TagDecision& decision = tags[t];
    decision.goes = !stays[t];
    if (decision.rule != 0) {
      tell_where_not_approved(decision);
    } else {
      decision.pulled = last_pull(facts.input, facts.position, t);
      tell_by_role(roles[t], decision);
    }
  }
}

std::vector<ManifestDecision> tell_of_manifests(
    const RepositoryFacts& facts, const std::vector<TagDecision>& tags,
    const RetentionClosures& closures) {
  const TagByManifest gone = tags_by_manifest(facts, tags, true);
  const TagByManifest stay = tags_by_manifest(facts, tags, false);
  const LetGo let_go = untagged_that_go(facts);
  std::vector<ManifestDecision> manifests;
  for (std::size_t r = 0; r < facts.ids.revisions.size(); ++r) {
    const DigestId id = facts.ids.revisions[r];
    const auto tag = gone.find(id);
    if (revision_goes(id, closures))
      manifests.push_back(tell_of_going(
          facts, r, tags, tag == gone.end() ? nullptr : &tag->second, let_go));
    else if (tag != gone.end())
      manifests.push_back({facts.repository.revisions[r], Fate::keep, false,
                           why_it_stays(facts, id, stay), 0});
  }
  return manifests;
}

}  // namespace dregs
