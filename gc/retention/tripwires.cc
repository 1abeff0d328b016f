#include "gc/retention/tripwires.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gc/facts/repository_images.h"
#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

constexpr std::int64_t kHour_ns = 3600LL * 1'000'000'000;
constexpr std::int64_t kWeek_ns = 7 * 24 * kHour_ns;
constexpr std::size_t kFewestTags = 20;
constexpr std::size_t kMostToRead = 2000;

class Tripwires {
 public:
  Tripwires(const RetentionInput& input, const RetentionDecision& decision,
            std::optional<double> max_delete_percent)
      : input_(input),
        decision_(decision),
        max_delete_percent_(
            max_delete_percent.value_or(kMostTagsToGo_percent)) {}

  std::vector<Refusal> run() {
    judge_pulls();
    for (std::size_t i = 0; i < decision_.size(); ++i) judge_repository(i);
    judge_number();
    return std::move(refusals_);
  }

 private:
  const Repository& repository(std::size_t i) const {
    return input_.survey.inventory.repositories[i];
  }

  void judge_pulls() {
    for (std::size_t r = 0; r < input_.policy.rules.size(); ++r) {
      const TagRule& rule = input_.policy.rules[r];
      if (!rule.keep || !rule.keep->pulled_within) continue;
      const Age& within = *rule.keep->pulled_within;
      const KnownTime since_ns = input_.pulls.known_since_ns();
      if (since_ns && *since_ns <= input_.now_ns - within.ns) continue;
      refusals_.push_back(
          {fmt::format("rule {} asks for what was pulled within {}, and pulls "
                       "are known for {:.1f} days only",
                       r + 1, within.text,
                       since_ns
                           ? static_cast<double>(input_.now_ns - *since_ns) /
                                 (24.0 * static_cast<double>(kHour_ns))
                           : 0.0),
           "give older logs to dregs pulls, or wait"});
    }
  }

  // A signature does not count: it is useless without its subject.
  void judge_repository(std::size_t i) {
    std::uint64_t kept = 0;
    std::uint64_t gone = 0;
    for (std::size_t t = 0; t < decision_[i].tags.size(); ++t)
      if (!is_signature_name(repository(i).tags[t].name))
        ++(decision_[i].tags[t].goes ? gone : kept);
    if (gone == 0 || kept >= input_.policy.min_kept) return;
    refusals_.push_back(
        {fmt::format("{} would keep {} of its {} tags, fewer than min_kept: {}",
                     escaped(repository(i).name), kept, kept + gone,
                     input_.policy.min_kept),
         "keep more of them, or set min_kept: 0 in the policy (--min-kept 0)"});
  }

  void judge_number() {
    std::uint64_t gone = 0;
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < decision_.size(); ++i) {
      all += repository(i).tags.size();
      for (const TagDecision& tag : decision_[i].tags) gone += tag.goes ? 1 : 0;
    }
    const double percent =
        all == 0 ? 0
                 : 100.0 * static_cast<double>(gone) / static_cast<double>(all);
    if (percent <= max_delete_percent_) return;
    refusals_.push_back(
        {fmt::format("{} of {} tags would go, {:.1f} %, more than --max-delete "
                     "{:g} allows",
                     gone, all, percent, max_delete_percent_),
         fmt::format("look at them with --dry-run --list; if they may go, add "
                     "--max-delete {:.0f}",
                     std::ceil(percent))});
  }

  const RetentionInput& input_;
  const RetentionDecision& decision_;
  double max_delete_percent_;
  std::vector<Refusal> refusals_;
};

struct WrittenTag {
  std::int64_t time_ns = 0;
  std::pair<std::uint32_t, std::uint32_t> position;
};

struct TimedTags {
  std::vector<WrittenTag> tags;
  bool any_goes = false;
};

TimedTags timed_tags(const RetentionInput& input,
                     const RetentionDecision& decision, std::uint32_t i) {
  TimedTags found;
  const std::vector<KnownTime>& pushed = input.times[i].pushed;
  for (std::uint32_t t = 0; t < decision[i].tags.size(); ++t) {
    const TagDecision& tag = decision[i].tags[t];
    if (!tag.by_time || tag.time != RetentionTime::pushed ||
        t >= pushed.size() || !pushed[t])
      continue;
    found.tags.push_back({*pushed[t], {i, t}});
    found.any_goes = found.any_goes || tag.goes;
  }
  return found;
}

// Returns the range of the most tags within one hour. `tags` is sorted by time.
std::pair<std::size_t, std::size_t> fullest_hour(
    const std::vector<WrittenTag>& tags) {
  std::pair<std::size_t, std::size_t> best{0, 0};
  std::size_t first = 0;
  for (std::size_t last = 0; last < tags.size(); ++last) {
    while (tags[last].time_ns - tags[first].time_ns > kHour_ns) ++first;
    if (last + 1 - first > best.second - best.first) best = {first, last + 1};
  }
  return best;
}

void look_for_lost_times(TimedTags found, const std::string& where,
                         std::vector<WrittenTogether>& groups) {
  if (!found.any_goes || found.tags.size() < kFewestTags) return;
  std::sort(found.tags.begin(), found.tags.end(),
            [](const WrittenTag& a, const WrittenTag& b) {
              return std::tie(a.time_ns, a.position) <
                     std::tie(b.time_ns, b.position);
            });
  const auto [first, last] = fullest_hour(found.tags);
  if (2 * (last - first) < found.tags.size()) return;
  WrittenTogether& group = groups.emplace_back();
  group.where = where;
  group.tags = found.tags.size();
  const std::size_t step = (last - first) / kMostToRead + 1;
  for (std::size_t at = first; at < last; at += step)
    group.together.push_back(found.tags[at].position);
}

}  // namespace

std::vector<Refusal> tripwires(const RetentionInput& input,
                               const RetentionDecision& decision,
                               std::optional<double> max_delete_percent) {
  return Tripwires(input, decision, max_delete_percent).run();
}

std::vector<WrittenTogether> written_together(
    const RetentionInput& input, const RetentionDecision& decision) {
  std::vector<WrittenTogether> groups;
  TimedTags all;
  for (std::uint32_t i = 0; i < decision.size(); ++i) {
    TimedTags some = timed_tags(input, decision, i);
    all.tags.insert(all.tags.end(), some.tags.begin(), some.tags.end());
    all.any_goes = all.any_goes || some.any_goes;
    look_for_lost_times(std::move(some),
                        input.survey.inventory.repositories[i].name, groups);
  }
  if (groups.empty()) look_for_lost_times(std::move(all), "", groups);
  return groups;
}

std::optional<Refusal> refusal_for(const WrittenTogether& group,
                                   const std::vector<KnownTime>& created) {
  KnownTime first;
  KnownTime last;
  for (const KnownTime& time : created) {
    if (!time) continue;
    first = std::min(first.value_or(*time), *time);
    last = std::max(last.value_or(*time), *time);
  }
  if (!first || *last - *first <= kWeek_ns) return std::nullopt;
  return Refusal{
      fmt::format("{}half or more of {} tags were written within one hour, and "
                  "were made over {} days: the times of their pushes are lost, "
                  "as a copy or a restore loses them",
                  group.where.empty() ? "" : escaped(group.where) + ": ",
                  group.tags, (*last - *first) / (kHour_ns * 24)),
      "say time: created in the rules, or wait until the new times are old "
      "enough"};
}

}  // namespace dregs
