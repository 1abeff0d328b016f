#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "gc/compare/registry_content.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
  throw std::runtime_error(
      fmt::format("{}: {}; save `dregs ls '**' --json`", escaped(name), why));
}

// Of a listing by --history, what each tag is now.
bool is_of_the_past(const Json& entry) {
  const auto current = entry.find("current");
  return current != entry.end() && *current == false;
}

const Json& listed_tags_of(const Json& document, const std::string& name) {
  if (!document.is_object() || document.value("schema", "") != "dregs.ls/1")
    refuse(name, "is not a listing that dregs ls --json printed");
  for (const char* key : {"tags", "history"}) {
    const auto list = document.find(key);
    if (list != document.end() && list->is_array()) return *list;
  }
  refuse(name, "is a listing of repositories, which names no tags");
}

std::optional<Digest> digest_of(const Json& entry, const std::string& name) {
  const Json& digest = entry.at("digest");
  if (digest.is_null()) return std::nullopt;
  const auto parsed = Digest::parse(digest.get<std::string>());
  if (!parsed) refuse(name, "names a digest that is none");
  return parsed;
}

Json parsed(const std::string& text, const std::string& name) {
  Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) refuse(name, "is not JSON, or not all of it");
  return document;
}

}  // namespace

RegistryContent content_of_listing(const std::string& text,
                                   const std::string& name,
                                   const std::vector<ImageRef>& refs) {
  const Json document = parsed(text, name);
  RegistryContent content;
  content.tags_alone = true;
  try {
    for (const Json& entry : listed_tags_of(document, name)) {
      if (entry.at("tag").is_null() || is_of_the_past(entry)) continue;
      NamedTag tag{entry.at("repository").get<std::string>(),
                   entry.at("tag").get<std::string>(), digest_of(entry, name)};
      if (names_repository(refs, tag.repository))
        content.tags.push_back(std::move(tag));
    }
  } catch (const Json::exception&) {
    refuse(name, "is a damaged listing");
  }
  sort_unique(content.tags);
  return content;
}

}  // namespace dregs
