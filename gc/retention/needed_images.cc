#include "gc/retention/needed_images.h"

#include <fmt/format.h>

#include <algorithm>

namespace dregs {
namespace {

// The first rule that names the repository decides.
NumberedRule<UntaggedRule> untagged_rule(const RetentionPolicy& policy,
                                         const std::string& repository) {
  const auto found = rules_for(policy.untagged, repository);
  return found.empty() ? NumberedRule<UntaggedRule>() : found.front();
}

class UntaggedJudge {
 public:
  UntaggedJudge(const RetentionInput& input, std::size_t i,
                const RepositoryImages& images)
      : input_(input),
        ids_(input.survey.graph.repository(i)),
        times_(input.times[i]),
        images_(images),
        rule_(untagged_rule(input.policy,
                            input.survey.inventory.repositories[i].name)),
        tagged_(ids_.tags.begin(), ids_.tags.end()) {}

  std::vector<UntaggedRevision> run() const {
    std::vector<UntaggedRevision> all;
    for (std::size_t r = 0; r < ids_.revisions.size(); ++r)
      if (auto found = look_at(r, ids_.revisions[r]))
        all.push_back(std::move(*found));
    return all;
  }

 private:
  // Returns none for a revision that follows a tag, an index or a subject.
  std::optional<UntaggedRevision> look_at(std::size_t r, DigestId id) const {
    if (tagged_.contains(id) || images_.is_child(id)) return std::nullopt;
    const SubjectState subject = images_.subject_state(id);
    if (subject == SubjectState::here) return std::nullopt;
    const ManifestNode* node = input_.survey.graph.node(id);
    UntaggedRevision revision;
    revision.id = id;
    if (node == nullptr || !node->understood() ||
        node->kind == ManifestKind::not_json ||
        subject == SubjectState::unknown || subject == SubjectState::elsewhere)
      return revision;
    if (subject == SubjectState::absent) {
      if (input_.policy.remove_orphans)
        let_go(revision, "orphan: its subject is not here");
      return revision;
    }
    ask_rule(r, revision);
    return revision;
  }

  static void let_go(UntaggedRevision& revision, std::string reason) {
    revision.goes = true;
    revision.reason = std::move(reason);
  }

  void ask_rule(std::size_t r, UntaggedRevision& revision) const {
    if (rule_.rule == nullptr) return;
    const UntaggedRule& rule = *rule_.rule;
    const KnownTime time =
        time_at(rule.time == RetentionTime::created ? times_.revisions_created
                                                    : times_.revisions,
                r);
    // A revision stays where its link is from the future, whichever time the
    // rule asks for.
    const KnownTime pushed = time_at(times_.revisions, r);
    if (!pushed || *pushed > input_.now_ns || !time) return;
    if (rule.within && *time >= input_.now_ns - rule.within->ns) return;
    revision.rule = rule_.number;
    let_go(revision,
           rule.within ? fmt::format("untagged rule {}: older than {}",
                                     rule_.number, rule.within->text)
                       : fmt::format("untagged rule {}: not among the last {} "
                                     "of any tag's history",
                                     rule_.number, rule.revisions));
  }

  const RetentionInput& input_;
  const RepositoryIds& ids_;
  const RepositoryTimes& times_;
  const RepositoryImages& images_;
  NumberedRule<UntaggedRule> rule_;
  std::set<DigestId> tagged_;
};

struct DatedEntry {
  DigestId id = kNoDigest;
  KnownTime time;
};

// Entries without a known time stay, and so do ties at the cut.
std::vector<DigestId> newest_entries(std::vector<DatedEntry> entries,
                                     std::uint64_t most) {
  std::sort(entries.begin(), entries.end(),
            [](const DatedEntry& a, const DatedEntry& b) {
              return a.time && b.time ? *a.time > *b.time
                                      : a.time.has_value() < b.time.has_value();
            });
  std::vector<DigestId> kept;
  std::uint64_t places = 0;
  std::int64_t cut_ns = 0;
  for (const DatedEntry& entry : entries) {
    if (entry.time && places < most) {
      ++places;
      cut_ns = *entry.time;
    } else if (entry.time && *entry.time < cut_ns) {
      break;
    }
    kept.push_back(entry.id);
  }
  return kept;
}

}  // namespace

std::vector<UntaggedRevision> judge_untagged(const RetentionInput& input,
                                             std::size_t repository,
                                             const RepositoryImages& images) {
  return UntaggedJudge(input, repository, images).run();
}

std::vector<std::vector<DigestId>> kept_history(const RetentionInput& input,
                                                std::size_t repository) {
  const Survey& survey = input.survey;
  const Repository& all = survey.inventory.repositories[repository];
  std::vector<std::vector<DigestId>> kept(all.tags.size());
  const auto rule = untagged_rule(input.policy, all.name);
  if (rule.rule == nullptr || rule.rule->revisions == 0) return kept;
  const std::vector<KnownTime>& times = input.times[repository].history;
  std::vector<std::vector<DatedEntry>> entries(all.tags.size());
  for (std::size_t h = 0; h < all.history.size(); ++h)
    entries[all.history[h].tag].push_back(
        {survey.graph.find(survey.inventory, all.history[h].digest),
         time_at(times, h)});
  for (std::size_t t = 0; t < kept.size(); ++t)
    kept[t] = newest_entries(std::move(entries[t]), rule.rule->revisions);
  return kept;
}

}  // namespace dregs
