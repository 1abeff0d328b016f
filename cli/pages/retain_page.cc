// The JSON in the page is made of arrays, a fifth as long as with keys: there
// may be millions of tags. Reasons are few, and written once.
#include "cli/pages/retain_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "cli/output/json_document.h"
#include "cli/pages/page_text.h"
#include "gc/mark/policy.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// As the script of the page knows them.
int code_of(const TagDecision& decision) {
  if (decision.is_protected) return 1;
  if (decision.fate == Fate::follows) return decision.goes ? 4 : 3;
  return decision.goes ? 2 : 0;
}

std::string seconds_or_null(const KnownTime& time_ns) {
  return time_ns ? std::to_string(*time_ns / kSecond_ns) : "null";
}

std::string names_of(const std::vector<NamePattern>& patterns) {
  std::vector<std::string> texts;
  texts.reserve(patterns.size());
  for (const NamePattern& each : patterns) texts.push_back(each.text());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string in_words(const TagRule& rule) {
  std::vector<std::string> parts;
  if (rule.keep && rule.keep->last)
    parts.push_back(fmt::format(
        "the last {}{}{}", *rule.keep->last,
        rule.sort == RetentionOrder::semver ? " versions" : "",
        rule.per.empty() ? "" : fmt::format(" of each {}", rule.per)));
  if (rule.keep && rule.keep->within)
    parts.push_back(
        fmt::format("{} within {}",
                    rule.time == RetentionTime::created ? "created" : "pushed",
                    rule.keep->within->text));
  if (rule.keep && rule.keep->pulled_within)
    parts.push_back(
        fmt::format("pulled within {}", rule.keep->pulled_within->text));
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (rule.expire)
    text += fmt::format("{}nothing older than {}", text.empty() ? "" : "; ",
                        rule.expire->text);
  return text;
}

std::string in_words(const UntaggedRule& rule) {
  std::vector<std::string> parts;
  if (rule.revisions != 0)
    parts.push_back(
        fmt::format("the last {} of each tag's history", rule.revisions));
  if (rule.within) parts.push_back(fmt::format("within {}", rule.within->text));
  return fmt::format("{}", fmt::join(parts, ", "));
}

class RetainPage {
 public:
  RetainPage(const RetainReport& report, const RetentionPolicy& policy,
             const FreedByRules& freed)
      : report_(report),
        policy_(policy),
        freed_(freed),
        stay_(policy.rules.size(), 0),
        go_(policy.rules.size(), 0),
        untagged_go_(policy.untagged.size(), 0) {}

  std::string run(const OpenedStore& store, std::int64_t made_ns) {
    const std::string repositories = repositories_json();
    Json document = head(store, made_ns);
    document["rules"] = rules_json();
    document["limits"] = limits_json();
    document["freed"] = {{"several", freed_.several},
                         {"rest", freed_.rest},
                         {"garbage", garbage()}};
    document["findings"] = to_json(report_.run.findings, store);
    std::string json = document.dump();
    json.pop_back();
    return json + ",\n\"reasons\":" + reasons_.dump() +
           ",\n\"repositories\":" + repositories + "}";
  }

 private:
  Json head(const OpenedStore& store, std::int64_t made_ns) const {
    const RemovalReport& run = report_.run;
    const RetainTotals totals = totals_of(report_);
    Json document;
    document["root"] = utf8(store.root.rootdirectory);
    document["version"] = DREGS_VERSION;
    document["made"] = rfc3339(made_ns);
    document["now"] = made_ns / kSecond_ns;
    document["policy"] = utf8(policy_.origin);
    document["dry_run"] = run.dry_run;
    document["gc"] = run.collects;
    document["trash"] = text_or_null(run.trash);
    document["exit_code"] = static_cast<int>(run.exit_code);
    document["frees"] = run.frees ? Json(*run.frees) : Json(nullptr);
    document["totals"] = {{"tags_kept", totals.tags_kept},
                          {"tags_removed", totals.tags_removed},
                          {"manifests_removed", totals.manifests_removed}};
    document["refused"] = Json::array();
    for (const Refusal& each : run.refusals)
      document["refused"].push_back({utf8(each.reason), utf8(each.way_out)});
    return document;
  }

  // A collection frees what was garbage before, too.
  std::uint64_t garbage() const {
    const std::uint64_t all = report_.run.frees.value_or(0);
    return report_.run.collects ? all - std::min(all, freed_.all()) : 0;
  }

  Json rules_json() const {
    Json rules = Json::array();
    for (std::size_t r = 0; r < policy_.rules.size(); ++r) {
      const TagRule& rule = policy_.rules[r];
      rules.push_back({fmt::format("rule {}", r + 1),
                       utf8(fmt::format("{} : {}", names_of(rule.repositories),
                                        names_of(rule.tags))),
                       utf8(in_words(rule)), stay_[r],
                       counted(go_[r], "tag", "tags"), freed_.rules[r]});
    }
    for (std::size_t r = 0; r < policy_.untagged.size(); ++r) {
      const UntaggedRule& rule = policy_.untagged[r];
      rules.push_back({fmt::format("untagged rule {}", r + 1),
                       utf8(names_of(rule.repositories)), utf8(in_words(rule)),
                       nullptr,
                       counted(untagged_go_[r], "manifest", "manifests"),
                       freed_.untagged[r]});
    }
    return rules;
  }

  // Of each rule, the ages in seconds that a time line shows.
  Json limits_json() const {
    Json limits = Json::array();
    for (const TagRule& rule : policy_.rules) {
      Json ages = Json::array();
      if (rule.keep && rule.keep->within)
        ages.push_back(
            {rule.keep->within->ns / kSecond_ns, rule.keep->within->text});
      if (rule.expire)
        ages.push_back({rule.expire->ns / kSecond_ns, rule.expire->text});
      limits.push_back(std::move(ages));
    }
    return limits;
  }

  std::size_t reason(const std::string& text) {
    const auto [at, is_new] = reason_at_.emplace(text, reason_at_.size());
    if (is_new) reasons_.push_back(utf8(text));
    return at->second;
  }

  void count(const TagDecision& decision) {
    if (decision.rule == 0) return;
    ++(decision.goes ? go_ : stay_)[decision.rule - 1];
  }

  std::string tag_json(const RetainedTag& tag) {
    const TagDecision& decision = tag.decision;
    count(decision);
    const bool by_created =
        decision.by_time && decision.time == RetentionTime::created;
    return fmt::format("[{},{},{},{},{},{},{},{},{}]", json_text(tag.tag),
                       tag.digest ? "\"" + tag.digest->hex() + "\"" : "null",
                       code_of(decision), decision.rule,
                       reason(decision.reason), seconds_or_null(tag.pushed),
                       seconds_or_null(tag.created), by_created ? 1 : 0,
                       seconds_or_null(decision.pulled));
  }

  std::string manifest_json(const ManifestDecision& manifest) {
    if (manifest.untagged_rule != 0 && manifest.goes)
      ++untagged_go_[manifest.untagged_rule - 1];
    return fmt::format("[\"{}\",{},{}]", manifest.digest.hex(),
                       manifest.goes ? 1 : 0, reason(manifest.reason));
  }

  std::string repositories_json() {
    std::string json = "[";
    for (const RetainedRepository& each : report_.repositories) {
      if (json.size() > 1) json += ",\n";
      json += fmt::format("[{},{},[", json_text(each.name),
                          freed_.repositories[each.position]);
      for (const RetainedTag& tag : each.tags) {
        if (json.back() != '[') json += ",";
        json += tag_json(tag);
      }
      json += "],[";
      for (const ManifestDecision& manifest : each.manifests) {
        if (json.back() != '[') json += ",";
        json += manifest_json(manifest);
      }
      json += "]]";
    }
    return json + "]";
  }

  const RetainReport& report_;
  const RetentionPolicy& policy_;
  const FreedByRules& freed_;
  std::vector<std::uint64_t> stay_;
  std::vector<std::uint64_t> go_;
  std::vector<std::uint64_t> untagged_go_;
  std::unordered_map<std::string, std::size_t> reason_at_;
  Json reasons_ = Json::array();
};

}  // namespace

std::string retain_page(const RetainReport& report,
                        const RetentionPolicy& policy,
                        const FreedByRules& freed, const OpenedStore& store,
                        std::int64_t made_ns) {
  return page_with(kRetainPage,
                   RetainPage(report, policy, freed).run(store, made_ns));
}

}  // namespace dregs
