#include "gc/retention/rule_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "gc/rules/semantic_version.h"

namespace dregs {
namespace {

// A manifest that `last` counts. The newest of its tags gives its time.
struct Place {
  DigestId manifest = kNoDigest;
  std::int64_t time_ns = 0;
  std::optional<SemanticVersion> version;
};

class RuleJudge {
 public:
  RuleJudge(const TagRule& rule, const std::vector<JudgedTag>& tags,
            std::int64_t now_ns)
      : rule_(rule),
        tags_(tags),
        now_ns_(now_ns),
        versions_(tags.size()),
        verdicts_(tags.size()),
        settled_(tags.size(), false) {}

  std::vector<TagVerdict> run() {
    for (std::size_t i = 0; i < tags_.size(); ++i) settle_what_is_unknown(i);
    if (rule_.keep && rule_.keep->last) keep_last();
    for (std::size_t i = 0; i < tags_.size(); ++i)
      if (!settled_[i]) apply_floors(i);
    keep_all_of_kept_manifests();
    for (std::size_t i = 0; i < tags_.size(); ++i)
      if (!settled_[i]) apply_ceiling(i);
    return std::move(verdicts_);
  }

 private:
  bool by_version() const { return rule_.sort == RetentionOrder::semver; }

  void settle(std::size_t i, std::string reason) {
    settled_[i] = true;
    verdicts_[i] = {false, std::move(reason)};
  }

  // These tags are not candidates. Every doubt keeps.
  void settle_what_is_unknown(std::size_t i) {
    const JudgedTag& tag = tags_[i];
    if (by_version()) {
      versions_[i] = SemanticVersion::parse(tag.name);
      if (!versions_[i]) return settle(i, "no semantic version");
    }
    if (!asks_for_time(rule_)) return;
    if (!tag.time) return settle(i, "its time is not known");
    if (*tag.time > now_ns_) settle(i, "its time is still to come");
  }

  // A manifest is as new as the newest of its tags in the group.
  std::vector<Place> places(const std::vector<std::size_t>& group) const {
    std::map<DigestId, Place> by_manifest;
    for (const std::size_t i : group) {
      const JudgedTag& tag = tags_[i];
      if (settled_[i] || tag.manifest_protected) continue;
      const Place place{tag.manifest, tag.time.value_or(0), versions_[i]};
      const auto [at, is_new] = by_manifest.emplace(tag.manifest, place);
      if (!is_new && is_newer(place, at->second)) at->second = place;
    }
    std::vector<Place> all;
    all.reserve(by_manifest.size());
    for (const auto& [manifest, place] : by_manifest) all.push_back(place);
    return all;
  }

  bool is_newer(const Place& a, const Place& b) const {
    return by_version() ? *a.version > *b.version : a.time_ns > b.time_ns;
  }

  void keep_last() {
    std::map<std::string_view, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < tags_.size(); ++i)
      groups[tags_[i].group].push_back(i);
    for (const auto& [name, group] : groups) keep_last_of(group);
  }

  // A manifest stays where it is as new as the last one that has a place.
  void keep_last_of(const std::vector<std::size_t>& group) {
    std::vector<Place> all = places(group);
    const std::uint64_t most = *rule_.keep->last;
    std::sort(all.begin(), all.end(), [this](const Place& a, const Place& b) {
      return is_newer(a, b);
    });
    std::set<DigestId> kept;
    for (std::size_t at = 0; at < all.size(); ++at)
      if (at < most || !is_newer(all[most - 1], all[at]))
        kept.insert(all[at].manifest);
    const std::string which = fmt::format("last {} of {}", most, all.size());
    for (const std::size_t i : group) {
      if (settled_[i]) continue;
      if (tags_[i].manifest_protected) {
        verdicts_[i] = {false, "its manifest is protected, and takes no place"};
        continue;
      }
      const bool stays = kept.contains(tags_[i].manifest);
      verdicts_[i] = {!stays, stays ? which : "not among the " + which};
    }
  }

  bool is_older(std::int64_t time_ns, const Age& age) const {
    return time_ns < now_ns_ - age.ns;
  }

  void apply_floors(std::size_t i) {
    TagVerdict& verdict = verdicts_[i];
    if (!rule_.keep) return;
    const KeptTags& keep = *rule_.keep;
    if (!keep.last) verdict.goes = true;
    if (!verdict.goes) return;
    if (keep.within) apply_within(i, *keep.within);
    if (keep.pulled_within) apply_pulled(i, *keep.pulled_within);
  }

  void apply_within(std::size_t i, const Age& within) {
    if (is_older(*tags_[i].time, within))
      add_reason(i, fmt::format("older than {}", within.text));
    else
      verdicts_[i] = {false, fmt::format("younger than {}", within.text)};
  }

  // The push counts where no pull is known.
  void apply_pulled(std::size_t i, const Age& within) {
    if (!verdicts_[i].goes) return;
    const JudgedTag& tag = tags_[i];
    if (!tag.pulled && !tag.pushed) return settle(i, "its time is not known");
    const std::int64_t last_ns = std::max(tag.pulled.value_or(INT64_MIN),
                                          tag.pushed.value_or(INT64_MIN));
    if (is_older(last_ns, within))
      add_reason(i, fmt::format("not pulled within {}", within.text));
    else
      verdicts_[i] = {false,
                      fmt::format("{} within {}",
                                  tag.pulled == last_ns ? "pulled" : "pushed",
                                  within.text)};
  }

  void add_reason(std::size_t i, const std::string& reason) {
    std::string& all = verdicts_[i].reason;
    all = all.empty() ? reason : fmt::format("{}, {}", all, reason);
  }

  void keep_all_of_kept_manifests() {
    std::map<DigestId, std::size_t> kept;  // and a tag that says why
    for (std::size_t i = 0; i < tags_.size(); ++i)
      if (!verdicts_[i].goes) kept.emplace(tags_[i].manifest, i);
    for (std::size_t i = 0; i < tags_.size(); ++i) {
      const auto at = kept.find(tags_[i].manifest);
      if (verdicts_[i].goes && at != kept.end())
        verdicts_[i] = {false, fmt::format("its manifest stays: {}",
                                           verdicts_[at->second].reason)};
    }
  }

  void apply_ceiling(std::size_t i) {
    if (!rule_.expire) return;
    if (is_older(*tags_[i].time, *rule_.expire))
      verdicts_[i] = {true, fmt::format("older than {}, where all expires",
                                        rule_.expire->text)};
    else if (!rule_.keep)
      verdicts_[i].reason = fmt::format("younger than {}", rule_.expire->text);
  }

  const TagRule& rule_;
  const std::vector<JudgedTag>& tags_;
  std::int64_t now_ns_;
  std::vector<std::optional<SemanticVersion>> versions_;
  std::vector<TagVerdict> verdicts_;
  std::vector<bool> settled_;  // kept, whatever else
};

}  // namespace

bool asks_for_time(const TagRule& rule) {
  return rule.expire || !rule.keep || rule.keep->within ||
         rule.keep->pulled_within || rule.sort != RetentionOrder::semver;
}

std::vector<TagVerdict> judge(const TagRule& rule,
                              const std::vector<JudgedTag>& tags,
                              std::int64_t now_ns) {
  return RuleJudge(rule, tags, now_ns).run();
}

}  // namespace dregs
