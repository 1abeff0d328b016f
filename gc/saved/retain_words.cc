#include "gc/saved/retain_words.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace dregs {
namespace {

using RetentionJson = nlohmann::ordered_json;

template <class T>
RetentionJson value_or_null(const std::optional<T>& value) {
  return value ? RetentionJson(*value) : RetentionJson(nullptr);
}

std::optional<std::uint64_t> number_or_none(const RetentionJson& json) {
  if (json.is_null()) return std::nullopt;
  return json.get_ref<const RetentionJson::number_unsigned_t&>();
}

std::optional<std::string> text_or_none(const RetentionJson& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<std::string>();
}

}  // namespace

std::string retention_text(const SavedRetention& retention) {
  const RetainWords& words = retention.words;
  RetentionJson json;
  json["gc"] = retention.collect;
  json["refs"] = words.refs;
  json["policy_file"] = words.policy_file;
  json["policy"] = value_or_null(words.policy_text);
  json["keep_last"] = value_or_null(words.keep_last);
  json["keep_within"] = words.keep_within;
  json["keep_tags"] = words.keep_tags;
  json["per"] = words.per;
  json["keep_revisions"] = value_or_null(words.keep_revisions);
  json["min_kept"] = value_or_null(words.min_kept);
  json["in_use"] = retention.in_use;
  json["folder"] = retention.folder;
  try {
    return json.dump();
  } catch (const RetentionJson::type_error&) {
    throw std::runtime_error(
        "a plan cannot hold words that are not UTF-8; write the policy, its "
        "name and the names of its files in UTF-8");
  }
}

SavedRetention retention_from(const std::string& text) {
  const RetentionJson json = RetentionJson::parse(text);
  SavedRetention retention;
  RetainWords& words = retention.words;
  retention.collect = json.at("gc").get<bool>();
  words.refs = json.at("refs").get<std::vector<std::string>>();
  words.policy_file = json.at("policy_file").get<std::string>();
  words.policy_text = text_or_none(json.at("policy"));
  words.keep_last = number_or_none(json.at("keep_last"));
  words.keep_within = json.at("keep_within").get<std::string>();
  words.keep_tags = json.at("keep_tags").get<std::vector<std::string>>();
  words.per = json.at("per").get<std::string>();
  words.keep_revisions = number_or_none(json.at("keep_revisions"));
  words.min_kept = number_or_none(json.at("min_kept"));
  retention.in_use = json.at("in_use").get<std::vector<std::string>>();
  retention.folder = json.at("folder").get<std::string>();
  return retention;
}

}  // namespace dregs
