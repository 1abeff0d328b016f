#include "gc/retention/rule_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gc/retention/last_manifests.h"

namespace dregs {
namespace {

// One tag while its rule is asked.
struct TagInQuestion {
  const JudgedTag& tag;
  std::optional<SemanticVersion> version{};  // where the rule sorts by it
  TagVerdict verdict{};
  bool settled = false;  // it stays, whatever else the rule says
};

void settle(TagInQuestion& asked, std::string reason) {
  asked.settled = true;
  asked.verdict = {false, std::move(reason)};
}

// These tags are not candidates. Every doubt keeps.
void settle_what_is_unknown(const TagRule& rule, std::int64_t now_ns,
                            TagInQuestion& asked) {
  const JudgedTag& tag = asked.tag;
  if (rule.sort == RetentionOrder::semver) {
    asked.version = SemanticVersion::parse(tag.name);
    if (!asked.version) return settle(asked, "no semantic version");
  }
  if (!asks_for_time(rule)) return;
  if (!tag.time) return settle(asked, "its time is not known");
  if (*tag.time > now_ns) settle(asked, "its time is still to come");
}

using Group = std::vector<TagInQuestion*>;

// A protected manifest takes no place.
LastManifests last_of(const Group& group, std::uint64_t most,
                      RetentionOrder order) {
  std::vector<DatedManifest> dated;
  for (const TagInQuestion* asked : group)
    if (!asked->settled && !asked->tag.manifest_protected)
      dated.push_back(
          {asked->tag.manifest, asked->tag.time.value_or(0), asked->version});
  return last_manifests(dated, most, order);
}

void keep_last_of(const Group& group, std::uint64_t most,
                  RetentionOrder order) {
  const LastManifests last = last_of(group, most, order);
  const std::string which = fmt::format("last {} of {}", most, last.of);
  for (TagInQuestion* asked : group) {
    if (asked->settled) continue;
    if (asked->tag.manifest_protected) {
      asked->verdict = {false, "its manifest is protected, and takes no place"};
      continue;
    }
    const bool stays = last.kept.contains(asked->tag.manifest);
    asked->verdict = {!stays, stays ? which : "not among the " + which};
  }
}

void keep_last(const TagRule& rule, std::vector<TagInQuestion>& all) {
  if (!rule.keep || !rule.keep->last) return;
  std::map<std::string_view, Group> groups;
  for (TagInQuestion& asked : all) groups[asked.tag.group].push_back(&asked);
  for (const auto& [name, group] : groups)
    keep_last_of(group, *rule.keep->last, rule.sort);
}

bool is_older(std::int64_t time_ns, const Age& age, std::int64_t now_ns) {
  return time_ns < now_ns - age.ns;
}

void add_reason(TagVerdict& verdict, const std::string& reason) {
  std::string& all = verdict.reason;
  all = all.empty() ? reason : fmt::format("{}, {}", all, reason);
}

void apply_within(const Age& within, std::int64_t now_ns,
                  TagInQuestion& asked) {
  if (is_older(*asked.tag.time, within, now_ns))
    add_reason(asked.verdict, fmt::format("older than {}", within.text));
  else
    asked.verdict = {false, fmt::format("younger than {}", within.text)};
}

// The push counts where no pull is known.
void apply_pulled(const Age& within, std::int64_t now_ns,
                  TagInQuestion& asked) {
  if (!asked.verdict.goes) return;
  const JudgedTag& tag = asked.tag;
  if (!tag.pulled && !tag.pushed) return settle(asked, "its time is not known");
  const std::int64_t last_ns =
      std::max(tag.pulled.value_or(INT64_MIN), tag.pushed.value_or(INT64_MIN));
  if (is_older(last_ns, within, now_ns))
    add_reason(asked.verdict, fmt::format("not pulled within {}", within.text));
  else
    asked.verdict = {
        false,
        fmt::format("{} within {}", tag.pulled == last_ns ? "pulled" : "pushed",
                    within.text)};
}

// Each floor can only keep more.
void apply_floors(const TagRule& rule, std::int64_t now_ns,
                  TagInQuestion& asked) {
  if (!rule.keep) return;
  const KeptTags& keep = *rule.keep;
  if (!keep.last) asked.verdict.goes = true;
  if (!asked.verdict.goes) return;
  if (keep.within) apply_within(*keep.within, now_ns, asked);
  if (keep.pulled_within) apply_pulled(*keep.pulled_within, now_ns, asked);
}

void keep_all_of_kept_manifests(std::vector<TagInQuestion>& all) {
  std::map<DigestId, const TagVerdict*> kept;  // and a tag that says why
  for (const TagInQuestion& asked : all)
    if (!asked.verdict.goes) kept.emplace(asked.tag.manifest, &asked.verdict);
  for (TagInQuestion& asked : all) {
    const auto at = kept.find(asked.tag.manifest);
    if (asked.verdict.goes && at != kept.end())
      asked.verdict = {
          false, fmt::format("its manifest stays: {}", at->second->reason)};
  }
}

void apply_ceiling(const TagRule& rule, std::int64_t now_ns,
                   TagInQuestion& asked) {
  if (!rule.expire) return;
  if (is_older(*asked.tag.time, *rule.expire, now_ns))
    asked.verdict = {true, fmt::format("older than {}, where all expires",
                                       rule.expire->text)};
  else if (!rule.keep)
    asked.verdict.reason = fmt::format("younger than {}", rule.expire->text);
}

}  // namespace

bool asks_for_time(const TagRule& rule) {
  return rule.expire || !rule.keep || rule.keep->within ||
         rule.keep->pulled_within || rule.sort != RetentionOrder::semver;
}

std::vector<TagVerdict> judge(const TagRule& rule,
                              const std::vector<JudgedTag>& tags,
                              std::int64_t now_ns) {
  std::vector<TagInQuestion> all;
  all.reserve(tags.size());
  for (const JudgedTag& tag : tags) all.push_back({tag});
  for (TagInQuestion& asked : all) settle_what_is_unknown(rule, now_ns, asked);
  keep_last(rule, all);
  for (TagInQuestion& asked : all)
    if (!asked.settled) apply_floors(rule, now_ns, asked);
  keep_all_of_kept_manifests(all);
  for (TagInQuestion& asked : all)
    if (!asked.settled) apply_ceiling(rule, now_ns, asked);
  std::vector<TagVerdict> verdicts;
  verdicts.reserve(all.size());
  for (TagInQuestion& asked : all) verdicts.push_back(std::move(asked.verdict));
  return verdicts;
}

}  // namespace dregs
