#include "gc/retention/decide.h"

#include <fmt/format.h>

#include "gc/retention/ask_rules.h"
#include "gc/retention/decision_reasons.h"
#include "gc/retention/repository_facts.h"
#include "gc/retention/tag_roles.h"
#include "gc/retention/what_stays.h"

namespace dregs {
namespace {

// Returns whether there is any. A tag on the child of an index becomes a
// candidate when no index keeps the child, as it would in the next run.
bool let_children_be_candidates(const std::vector<bool>& stays,
                                std::vector<TagRole>& roles) {
  bool any = false;
  for (std::size_t t = 0; t < roles.size(); ++t)
    if (roles[t].kind == TagRole::Kind::child && !stays[t]) {
      roles[t].kind = TagRole::Kind::candidate;
      any = true;
    }
  return any;
}

// First the rules judge the candidates. Then everything stays that a kept tag
// needs. New candidates make the rules judge again, until nothing changes.
RepositoryDecision decide_repository(const RepositoryFacts& facts,
                                     RetentionClosures& closures) {
  std::vector<TagRole> roles =
      roles_of_tags(facts.input, facts.position, facts.images);
  RepositoryDecision decision;
  decision.considered = true;
  std::vector<bool> stays;
  do {
    decision.tags = ask_rules(facts, roles);
    stays = find_what_stays(facts, roles, decision.tags, closures.kept);
  } while (let_children_be_candidates(stays, roles));
  find_what_goes(facts, roles, closures, stays);
  tell_of_tags(facts, roles, stays, decision.tags);
  decision.manifests = tell_of_manifests(facts, decision.tags, closures);
  return decision;
}

std::string pinned_reason(const std::vector<PinReason>& pins) {
  const PinReason& pin = pins.front();
  return fmt::format("pinned: {}{}{}", to_string(pin.kind),
                     pin.detail.empty() ? "" : ": ", pin.detail);
}

// A pinned repository keeps everything.
RepositoryDecision keep_all(const Repository& repository,
                            const std::string& reason) {
  RepositoryDecision decision;
  decision.considered = true;
  decision.tags.resize(repository.tags.size());
  for (TagDecision& tag : decision.tags) {
    tag.is_protected = true;
    tag.reason = reason;
  }
  return decision;
}

}  // namespace

std::string_view to_string(Fate fate) {
  if (fate == Fate::keep) return "keep";
  return fate == Fate::remove ? "remove" : "follows";
}

RetentionDecision decide(const RetentionInput& input) {
  const Survey& survey = input.survey;
  const AliasIndex aliases(survey.inventory, survey.graph);
  RetentionClosures closures(survey, aliases);
  RetentionDecision decision(survey.inventory.repositories.size());
  for (std::size_t i = 0; i < decision.size(); ++i) {
    if (!input.named.empty() && !input.named[i]) continue;
    const std::vector<PinReason>& pins = survey.diagnosis.pins[i];
    decision[i] =
        pins.empty()
            ? decide_repository(RepositoryFacts(input, i, aliases), closures)
            : keep_all(survey.inventory.repositories[i], pinned_reason(pins));
  }
  return decision;
}

RequestedRemoval removal_of(const RetentionDecision& decision) {
  RequestedRemoval request;
  for (std::uint32_t i = 0; i < decision.size(); ++i) {
    RequestedParts parts;
    for (std::uint32_t t = 0; t < decision[i].tags.size(); ++t)
      if (decision[i].tags[t].goes) parts.tags.insert(t);
    for (const ManifestDecision& manifest : decision[i].manifests)
      if (manifest.goes) parts.manifests.insert(manifest.digest);
    if (!parts.tags.empty() || !parts.manifests.empty())
      request[i] = std::move(parts);
  }
  return request;
}

}  // namespace dregs
