#include "gc/retention/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "gc/facts/repository_images.h"
#include "gc/mark/roots.h"
#include "gc/retention/last_pull_of_tag.h"
#include "gc/retention/needed_images.h"
#include "gc/retention/rule_verdicts.h"
#include "gc/retention/tag_roles.h"
#include "gc/rules/tag_group.h"

namespace dregs {
namespace {

using Kind = TagRole::Kind;

// Decides about one repository. First the rules judge the candidates. Then
// everything stays that a kept tag needs. A tag on the child of an index
// becomes a candidate when no index keeps the child, as it would in the next
// run. So the rules judge again, until nothing changes.
class RepositoryDecider {
 public:
  RepositoryDecider(const RetentionInput& input, std::size_t i,
                    const AliasIndex& aliases, RetentionClosures& closures)
      : input_(input),
        i_(i),
        repository_(input.survey.inventory.repositories[i]),
        ids_(input.survey.graph.repository(i)),
        images_(input.survey, i, aliases),
        kept_(closures.kept),
        going_(closures.going),
        roles_(roles_of_tags(input, i, images_)),
        untagged_(judge_untagged(input, i, images_)),
        history_(kept_history(input, i)) {
    decision_.considered = true;
    decision_.tags.resize(roles_.size());
    find_protected_manifests();
    if (input.approved == nullptr) return;
    static const RequestedParts kNothing;
    const auto at = input.approved->find(static_cast<std::uint32_t>(i));
    approved_ = at == input.approved->end() ? &kNothing : &at->second;
  }

  RepositoryDecision run() {
    do {
      ask_rules();
      find_what_stays();
    } while (let_children_be_candidates());
    find_what_goes();
    tell_of_tags();
    tell_of_manifests();
    return std::move(decision_);
  }

 private:
  void find_protected_manifests() {
    for (std::size_t t = 0; t < roles_.size(); ++t)
      if (roles_[t].kind == Kind::kept) protected_.insert(ids_.tags[t]);
    for (const auto& [id, text] : used().manifests) protected_.insert(id);
  }

  const UsedParts& used() const { return input_.used.repositories[i_]; }

  void ask_rules() {
    std::map<std::size_t, std::vector<std::size_t>> by_rule;
    for (std::size_t t = 0; t < roles_.size(); ++t) {
      decision_.tags[t] = {};
      if (roles_[t].kind == Kind::candidate && roles_[t].rule != 0)
        by_rule[roles_[t].rule].push_back(t);
    }
    for (const auto& [number, tags] : by_rule) ask_rule(number, tags);
  }

  void ask_rule(std::size_t number, const std::vector<std::size_t>& tags) {
    const TagRule& rule = input_.policy.rules[number - 1];
    std::vector<JudgedTag> judged;
    judged.reserve(tags.size());
    for (const std::size_t t : tags) judged.push_back(to_judge(rule, t));
    const std::vector<TagVerdict> verdicts = judge(rule, judged, input_.now_ns);
    for (std::size_t at = 0; at < tags.size(); ++at) {
      TagDecision& decision = decision_.tags[tags[at]];
      decision.goes = verdicts[at].goes;
      decision.fate = decision.goes ? Fate::remove : Fate::keep;
      decision.rule = number;
      decision.by_time = asks_for_time(rule);
      decision.time = rule.time;
      decision.pulled = judged[at].pulled;
      decision.reason = fmt::format("rule {}: {}", number, verdicts[at].reason);
    }
  }

  JudgedTag to_judge(const TagRule& rule, std::size_t t) const {
    const RepositoryTimes& times = input_.times[i_];
    JudgedTag tag;
    tag.name = repository_.tags[t].name;
    tag.group = group_of(tag.name, rule.per, *roles_[t].pattern);
    tag.manifest = ids_.tags[t];
    tag.manifest_protected = protected_.contains(tag.manifest);
    tag.pushed = time_at(times.pushed, t);
    tag.time = rule.time == RetentionTime::created ? time_at(times.created, t)
                                                   : tag.pushed;
    tag.pulled = last_pull(input_, i_, t);
    return tag;
  }

  bool tag_is_approved(std::size_t t) const {
    return approved_ == nullptr ||
           approved_->tags.contains(static_cast<std::uint32_t>(t));
  }

  bool revision_is_approved(std::size_t r) const {
    return approved_ == nullptr ||
           approved_->manifests.contains(repository_.revisions[r]);
  }

  // --- What stays.

  void find_what_stays() {
    kept_.start(i_);
    kept_.follow_referrers();
    for (const auto* each :
         {&ids_.led_to, &ids_.stored_otherwise, &ids_.manifests_among_layers})
      for (const DigestId id : *each) kept_.add_manifest(id);
    for (const auto& [id, text] : used().manifests)
      if (images_.is_here(id)) kept_.add_manifest(id);
    for (const UntaggedRevision& each : untagged_)
      if (!each.goes) kept_.add_manifest(each.id);
    keep_what_is_a_layer_too();
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (!revision_is_approved(r)) kept_.add_manifest(ids_.revisions[r]);
    stays_.assign(roles_.size(), false);
    for (std::size_t t = 0; t < roles_.size(); ++t)
      if (stays_by_itself(t)) keep_tag(t);
    keep_followers();
  }

  // Such a revision is a layer of another image too, or registry 2.1 linked it.
  // Its layer link would stay, so the revision stays.
  void keep_what_is_a_layer_too() {
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (std::ranges::binary_search(repository_.layers,
                                     repository_.revisions[r]))
        kept_.add_manifest(ids_.revisions[r]);
  }

  bool stays_by_itself(std::size_t t) const {
    if (!tag_is_approved(t)) return true;
    const TagRole& role = roles_[t];
    switch (role.kind) {
      case Kind::kept:
        return true;
      case Kind::candidate:
        return !decision_.tags[t].goes;
      case Kind::referrer:
        return role.rule == 0;  // no rule says that it may go
      case Kind::orphan:
        return !orphan_goes(t);
      case Kind::child:
      case Kind::signature:
        return false;
    }
    return true;
  }

  // An orphan whose tag has an ordinary name goes only where a rule names that
  // tag.
  bool orphan_goes(std::size_t t) const {
    return input_.policy.remove_orphans &&
           (roles_[t].rule != 0 || is_signature_name(repository_.tags[t].name));
  }

  void keep_tag(std::size_t t) {
    stays_[t] = true;
    kept_.add_manifest(ids_.tags[t]);
    for (const DigestId id : history_[t])
      if (id != kNoDigest && images_.is_here(id)) kept_.add_manifest(id);
  }

  // A tag that stays may have followers of its own: signatures of signatures.
  void keep_followers() {
    for (bool again = true; again;) {
      again = false;
      for (std::size_t t = 0; t < roles_.size(); ++t)
        if (!stays_[t] && follows_what_stays(t)) {
          keep_tag(t);
          again = true;
        }
    }
  }

  bool follows_what_stays(std::size_t t) const {
    const TagRole& role = roles_[t];
    if (role.kind == Kind::signature) return kept_.reached(*role.subject);
    if (role.kind == Kind::referrer) return kept_.reached(ids_.tags[t]);
    if (role.kind != Kind::child) return false;
    const std::vector<DigestId> indexes = images_.indexes_of(ids_.tags[t]);
    return std::any_of(indexes.begin(), indexes.end(),
                       [this](DigestId id) { return kept_.reached(id); });
  }

  bool let_children_be_candidates() {
    bool any = false;
    for (std::size_t t = 0; t < roles_.size(); ++t)
      if (roles_[t].kind == Kind::child && !stays_[t]) {
        roles_[t].kind = Kind::candidate;
        any = true;
      }
    return any;
  }

  // --- What goes.

  // A revision stays where no kept tag needs it and no removed tag leads to it.
  // Every doubt keeps.
  void find_what_goes() {
    going_.start(i_);
    going_.follow_referrers();
    for (std::size_t t = 0; t < roles_.size(); ++t)
      if (!stays_[t]) going_.add_manifest(ids_.tags[t]);
    for (const UntaggedRevision& each : untagged_)
      if (each.goes) going_.add_manifest(each.id);
    for (const DigestId id : ids_.revisions)
      if (!kept_.reached(id) && !going_.reached(id)) kept_.add_manifest(id);
    keep_followers();
  }

  bool revision_goes(DigestId id) const {
    return going_.reached(id) && !kept_.reached(id);
  }

  void tell_of_tags() {
    for (std::size_t t = 0; t < roles_.size(); ++t) {
      TagDecision& decision = decision_.tags[t];
      decision.goes = !stays_[t];
      tell_of_tag(roles_[t], t, decision);
    }
  }

  void tell_of_tag(const TagRole& role, std::size_t t,
                   TagDecision& decision) const {
    if (decision.rule != 0) return tell_where_not_approved(decision);
    decision.pulled = last_pull(input_, i_, t);
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

  static void tell_where_not_approved(TagDecision& decision) {
    if (decision.goes || decision.fate != Fate::remove) return;
    decision.fate = Fate::keep;
    decision.reason += "; yet the saved plan does not name it";
  }

  // --- Manifests.

  void tell_of_manifests() {
    std::map<DigestId, std::size_t> gone;  // by a tag that goes
    for (std::size_t t = 0; t < roles_.size(); ++t)
      (stays_[t] ? named_by_ : gone).emplace(ids_.tags[t], t);
    for (const UntaggedRevision& each : untagged_)
      if (each.goes) let_go_.emplace(each.id, &each);
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r) {
      const DigestId id = ids_.revisions[r];
      const auto tag = gone.find(id);
      if (revision_goes(id))
        tell_of_going(r, tag == gone.end() ? nullptr : &tag->second);
      else if (tag != gone.end())
        decision_.manifests.push_back(
            {repository_.revisions[r], Fate::keep, false, why_it_stays(id), 0});
    }
  }

  void tell_of_going(std::size_t r, const std::size_t* tag) {
    ManifestDecision manifest{repository_.revisions[r], Fate::follows, true,
                              "what it belongs to goes", 0};
    if (tag != nullptr) {
      manifest.fate = decision_.tags[*tag].fate;
      manifest.reason = fmt::format("tag {} goes", repository_.tags[*tag].name);
    }
    if (const auto each = let_go_.find(ids_.revisions[r]);
        each != let_go_.end()) {
      manifest.fate = Fate::remove;
      manifest.reason = each->second->reason;
      manifest.untagged_rule = each->second->rule;
    }
    decision_.manifests.push_back(std::move(manifest));
  }

  std::string why_it_stays(DigestId id) const {
    if (const auto use = used().manifests.find(id);
        use != used().manifests.end())
      return fmt::format("in use: {}", use->second);
    if (const auto tag = named_by_.find(id); tag != named_by_.end())
      return fmt::format("tag {} stays", repository_.tags[tag->second].name);
    return "an index, a subject, a revision or the history needs it";
  }

  const RetentionInput& input_;
  std::size_t i_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  RepositoryImages images_;
  Closure& kept_;
  Closure& going_;
  std::vector<TagRole> roles_;
  const RequestedParts* approved_ = nullptr;  // null: all may go
  std::vector<UntaggedRevision> untagged_;
  std::vector<std::vector<DigestId>> history_;
  std::set<DigestId> protected_;              // manifests
  std::vector<bool> stays_;                   // by tag
  std::map<DigestId, std::size_t> named_by_;  // a tag that stays
  std::map<DigestId, const UntaggedRevision*> let_go_;
  RepositoryDecision decision_;
};

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
            ? RepositoryDecider(input, i, aliases, closures).run()
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
