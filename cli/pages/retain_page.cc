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

// What each rule decides, by its position in the policy.
struct RuleCounts {
  std::vector<std::uint64_t> stay;  // tags
  std::vector<std::uint64_t> go;
  std::vector<std::uint64_t> untagged_go;  // manifests
};

RuleCounts count_decisions(const RetainReport& report,
                           const RetentionPolicy& policy) {
  RuleCounts counts{std::vector<std::uint64_t>(policy.rules.size()),
                    std::vector<std::uint64_t>(policy.rules.size()),
                    std::vector<std::uint64_t>(policy.untagged.size())};
  for (const RetainedRepository& each : report.repositories) {
    for (const RetainedTag& tag : each.tags)
      if (tag.decision.rule != 0)
        ++(tag.decision.goes ? counts.go : counts.stay)[tag.decision.rule - 1];
    for (const ManifestDecision& manifest : each.manifests)
      if (manifest.untagged_rule != 0 && manifest.goes)
        ++counts.untagged_go[manifest.untagged_rule - 1];
  }
  return counts;
}

Json head(const RetainReport& report, const RetentionPolicy& policy,
          const OpenedStore& store, std::int64_t made_ns) {
  const RemovalReport& run = report.run;
  const RetainTotals totals = totals_of(report);
  Json document;
  document["root"] = utf8(store.root.rootdirectory);
  document["version"] = DREGS_VERSION;
  document["made"] = rfc3339(made_ns);
  document["now"] = made_ns / kSecond_ns;
  document["policy"] = utf8(policy.origin);
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
std::uint64_t garbage(const RetainReport& report, const FreedByRules& freed) {
  const std::uint64_t all = report.run.frees.value_or(0);
  return report.run.collects ? all - std::min(all, freed.all()) : 0;
}

Json rules_json(const RetentionPolicy& policy, const RuleCounts& counts,
                const FreedByRules& freed) {
  Json rules = Json::array();
  for (std::size_t r = 0; r < policy.rules.size(); ++r) {
    const TagRule& rule = policy.rules[r];
    rules.push_back({fmt::format("rule {}", r + 1),
                     utf8(fmt::format("{} : {}", names_of(rule.repositories),
                                      names_of(rule.tags))),
                     utf8(in_words(rule)), counts.stay[r],
                     counted(counts.go[r], "tag", "tags"), freed.rules[r]});
  }
  for (std::size_t r = 0; r < policy.untagged.size(); ++r) {
    const UntaggedRule& rule = policy.untagged[r];
    rules.push_back({fmt::format("untagged rule {}", r + 1),
                     utf8(names_of(rule.repositories)), utf8(in_words(rule)),
                     nullptr,
                     counted(counts.untagged_go[r], "manifest", "manifests"),
                     freed.untagged[r]});
  }
  return rules;
}

// Of each rule, the ages in seconds that a time line shows.
Json limits_json(const RetentionPolicy& policy) {
  Json limits = Json::array();
  for (const TagRule& rule : policy.rules) {
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

// Each reason once; elsewhere its number stands.
class Reasons {
 public:
  std::size_t number_of(const std::string& text) {
    const auto [at, is_new] = numbers_.emplace(text, numbers_.size());
    if (is_new) json_.push_back(utf8(text));
    return at->second;
  }
  std::string dump() const { return json_.dump(); }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  Json json_ = Json::array();
};

std::string tag_json(const RetainedTag& tag, Reasons& reasons) {
  const TagDecision& decision = tag.decision;
  const bool by_created =
      decision.by_time && decision.time == RetentionTime::created;
  return fmt::format("[{},{},{},{},{},{},{},{},{}]", json_text(tag.tag),
                     tag.digest ? "\"" + tag.digest->hex() + "\"" : "null",
                     code_of(decision), decision.rule,
                     reasons.number_of(decision.reason),
                     seconds_or_null(tag.pushed), seconds_or_null(tag.created),
                     by_created ? 1 : 0, seconds_or_null(decision.pulled));
}

std::string manifest_json(const ManifestDecision& manifest, Reasons& reasons) {
  return fmt::format("[\"{}\",{},{}]", manifest.digest.hex(),
                     manifest.goes ? 1 : 0, reasons.number_of(manifest.reason));
}

std::string repositories_json(const RetainReport& report,
                              const FreedByRules& freed, Reasons& reasons) {
  std::string json = "[";
  for (const RetainedRepository& each : report.repositories) {
    if (json.size() > 1) json += ",\n";
    json += fmt::format("[{},{},[", json_text(each.name),
                        freed.repositories[each.position]);
    for (const RetainedTag& tag : each.tags) {
      if (json.back() != '[') json += ",";
      json += tag_json(tag, reasons);
    }
    json += "],[";
    for (const ManifestDecision& manifest : each.manifests) {
      if (json.back() != '[') json += ",";
      json += manifest_json(manifest, reasons);
    }
    json += "]]";
  }
  return json + "]";
}

std::string page_json(const RetainReport& report, const RetentionPolicy& policy,
                      const FreedByRules& freed, const OpenedStore& store,
                      std::int64_t made_ns) {
  Reasons reasons;
  const std::string repositories = repositories_json(report, freed, reasons);
  Json document = head(report, policy, store, made_ns);
  document["rules"] =
      rules_json(policy, count_decisions(report, policy), freed);
  document["limits"] = limits_json(policy);
  document["freed"] = {{"several", freed.several},
                       {"rest", freed.rest},
                       {"garbage", garbage(report, freed)}};
  document["findings"] = to_json(report.run.findings, store);
  std::string json = document.dump();
  json.pop_back();
  return json + ",\n\"reasons\":" + reasons.dump() +
         ",\n\"repositories\":" + repositories + "}";
}

}  // namespace

std::string retain_page(const RetainReport& report,
                        const RetentionPolicy& policy,
                        const FreedByRules& freed, const OpenedStore& store,
                        std::int64_t made_ns) {
  return page_with(kRetainPage,
                   page_json(report, policy, freed, store, made_ns));
}

}  // namespace dregs
