#include "gc/saved/saved_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "gc/saved/user_file.h"
#include "scanner/formats/sha256.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOpening = "{\n  \"schema\": \"dregs.plan/";
constexpr std::string_view kPlanSchema = "{\n  \"schema\": \"dregs.plan/1\",\n";
constexpr std::string_view kChecksum = "  \"checksum\": \"";

Json to_json(const Policy& policy) {
  Json json;
  json["delete_untagged"] = policy.delete_untagged;
  json["min_age_ns"] = policy.min_age_ns;
  json["uploads_older_than_ns"] = policy.uploads_older_than_ns;
  json["max_delete_percent"] = nullptr;
  if (policy.max_delete_percent)
    json["max_delete_percent"] = *policy.max_delete_percent;
  json["allow_empty"] = policy.allow_empty;
  json["allow_proxy_cache"] = policy.allow_proxy_cache;
  json["age_by"] = name_of(policy.age_by);
  return json;
}

// As dregs writes them, whole and not negative. Any other number throws; get()
// would convert it, whatever becomes of it.
std::uint64_t number_in(const Json& json) {
  return json.get_ref<const Json::number_unsigned_t&>();
}

// What does not fit is longer than any file is old.
std::int64_t nanoseconds(const Json& json) {
  constexpr std::uint64_t kLongest = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(number_in(json), kLongest));
}

// Anything else throws.
AgeBy age_by_from(const Json& json) {
  const auto text = json.get<std::string>();
  for (const AgeBy each : {AgeBy::younger, AgeBy::ctime, AgeBy::mtime})
    if (text == name_of(each)) return each;
  throw Json::other_error::create(501, "no time of a file: " + text, &json);
}

Policy policy_from(const Json& json) {
  Policy policy;
  policy.delete_untagged = json.at("delete_untagged").get<bool>();
  policy.min_age_ns = nanoseconds(json.at("min_age_ns"));
  policy.uploads_older_than_ns = nanoseconds(json.at("uploads_older_than_ns"));
  const Json& percent = json.at("max_delete_percent");
  if (!percent.is_null()) policy.max_delete_percent = percent.get<double>();
  policy.allow_empty = json.at("allow_empty").get<bool>();
  policy.allow_proxy_cache = json.at("allow_proxy_cache").get<bool>();
  // Plans of before there was a choice say nothing.
  if (json.contains("age_by")) policy.age_by = age_by_from(json.at("age_by"));
  return policy;
}

std::string plan_line(const std::string& name, const Json& value) {
  return fmt::format("  \"{}\": {},\n", name, value.dump());
}

std::string removal_line(const Removal& removal, const Inventory& inventory) {
  const PlannedRemoval what = planned(removal, inventory);
  Json json;
  json["kind"] = what.kind;
  json["path"] = what.path;
  if (!what.digest.empty()) json["digest"] = what.digest;
  json["bytes"] = removal.bytes;
  json["reason"] = to_string(removal.reason);
  return "    " + json.dump();
}

// Returns the digest that the tag names. The plan holds it, because a tag that
// was moved since is not the tag that the user looked at.
std::string named_by_tag(const Removal& removal, const Inventory& inventory) {
  const std::vector<Tag>& tags =
      inventory.repositories[removal.repository].tags;
  const std::string& name = removal.name.text();
  const auto at =
      std::lower_bound(tags.begin(), tags.end(), name,
                       [](const Tag& tag, const std::string& other) {
                         return tag.name < other;
                       });
  return at == tags.end() || at->name != name || !at->current
             ? ""
             : at->current->to_string();
}

[[noreturn]] void no_plan(const std::string& name) {
  throw std::runtime_error(escaped(name) +
                           " is not a plan of dregs; dregs gc --dry-run --plan "
                           "FILE makes one");
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw PlanRefused({fmt::format("the plan {} {}", escaped(name), why),
                     "make a new one: dregs gc --dry-run --plan FILE"});
}

std::string seal_of(std::string_view text) {
  return fmt::format("{}{}\"\n}}\n", kChecksum, sha256(text).to_string());
}

void check_seal(std::string_view text, const std::string& name) {
  const std::size_t end = text.rfind(kChecksum);
  if (end == std::string_view::npos) refuse(name, "is cut short");
  if (text.substr(end) != seal_of(text.substr(0, end)))
    refuse(name, "was changed since it was made");
}

SavedPlan plan_from(const Json& json) {
  SavedPlan plan;
  plan.root = json.at("root").get<std::string>();
  plan.inode = number_in(json.at("inode"));
  plan.made_ns = nanoseconds(json.at("made_ns"));
  plan.policy = policy_from(json.at("policy"));
  for (const Json& removal : json.at("removals"))
    plan.removals.push_back({removal.at("kind").get<std::string>(),
                             removal.at("path").get<std::string>(),
                             removal.value("digest", std::string())});
  std::sort(plan.removals.begin(), plan.removals.end());
  if (json.contains("retention"))
    plan.retention = retention_from(json.at("retention").dump());
  return plan;
}

}  // namespace

PlannedRemoval planned(const Removal& removal, const Inventory& inventory) {
  return {std::string(to_string(removal.kind)),
          escaped(path_of(removal, inventory)),
          removal.kind == RemovalKind::tag ? named_by_tag(removal, inventory)
                                           : std::string()};
}

bool is_in(const SavedPlan& plan, const Removal& removal,
           const Inventory& inventory) {
  return std::binary_search(plan.removals.begin(), plan.removals.end(),
                            planned(removal, inventory));
}

std::string plan_text(const Plan& plan, const Inventory& inventory,
                      const Policy& policy, const std::string& root,
                      std::uint64_t inode,
                      const std::optional<SavedRetention>& retention) {
  std::string text = plan_line("version", DREGS_VERSION);
  text += plan_line("root", escaped(root));
  text += plan_line("inode", inode);
  text += plan_line("made", rfc3339(policy.now_ns));
  text += plan_line("made_ns", policy.now_ns);
  text += plan_line("policy", to_json(policy));
  if (retention)
    text += fmt::format("  \"retention\": {},\n", retention_text(*retention));
  text += "  \"removals\": [";
  const char* separator = "\n";
  for (const Removal& removal : plan.removals) {
    text += separator + removal_line(removal, inventory);
    separator = ",\n";
  }
  return sealed(text + "\n  ],\n");
}

std::string sealed(const std::string& body) {
  const std::string text = std::string(kPlanSchema) + body;
  return text + seal_of(text);
}

SavedPlan parse_saved_plan(std::string_view text, const std::string& name) {
  if (!text.starts_with(kOpening)) no_plan(name);
  if (!text.starts_with(kPlanSchema))
    refuse(name, "was made by another version of dregs");
  check_seal(text, name);
  try {
    return plan_from(Json::parse(text));
  } catch (const Json::exception&) {
    no_plan(name);
  }
}

SavedPlan load_saved_plan(const std::string& file) {
  return parse_saved_plan(read_file(file), file);
}

}  // namespace dregs
