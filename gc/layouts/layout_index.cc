#include "gc/layouts/layout_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "scanner/formats/escaped.h"
#include "scanner/manifests/media_types.h"

namespace dregs {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr auto kRefName = "org.opencontainers.image.ref.name";

std::string name_of(const OrderedJson& entry) {
  const auto annotations = entry.find("annotations");
  if (annotations == entry.end() || !annotations->is_object()) return {};
  const auto name = annotations->find(kRefName);
  return name != annotations->end() && name->is_string()
             ? name->get<std::string>()
             : std::string();
}

OrderedJson descriptor(const LayoutEntry& entry) {
  OrderedJson json;
  json["mediaType"] = entry.media_type;
  json["digest"] = entry.digest.to_string();
  json["size"] = entry.bytes;
  if (!entry.artifact_type.empty()) json["artifactType"] = entry.artifact_type;
  if (!entry.name.empty()) json["annotations"][kRefName] = entry.name;
  return json;
}

bool is_replaced_by(const OrderedJson& old, const LayoutEntry& entry) {
  if (!old.is_object() || name_of(old) != entry.name) return false;
  return !entry.name.empty() ||
         old.value("digest", "") == entry.digest.to_string();
}

OrderedJson parsed(const std::string& text, const std::string& file) {
  if (text.empty())
    return {{"schemaVersion", 2},
            {"mediaType", kOciIndex},
            {"manifests", OrderedJson::array()}};
  OrderedJson index = OrderedJson::parse(text, nullptr, false);
  if (!index.is_object() || !index.contains("manifests") ||
      !index["manifests"].is_array())
    throw std::runtime_error(
        fmt::format("{}: is not the index of an OCI layout", escaped(file)));
  return index;
}

LayoutEntry entry_of(const OrderedJson& json, const std::string& file) {
  const auto digest =
      json.is_object() ? Digest::parse(json.value("digest", "")) : std::nullopt;
  if (!digest)
    throw std::runtime_error(fmt::format(
        "{}: lists something without a digest of sha256", escaped(file)));
  return {name_of(json), json.value("mediaType", ""), *digest,
          json.value("size", std::uint64_t{0})};
}

}  // namespace

std::vector<LayoutEntry> entries_of_index(const std::string& text,
                                          const std::string& file) {
  const OrderedJson index = parsed(text, file);
  std::vector<LayoutEntry> entries;
  try {
    for (const OrderedJson& each : index["manifests"])
      entries.push_back(entry_of(each, file));
  } catch (const OrderedJson::exception&) {
    throw std::runtime_error(
        fmt::format("{}: is damaged: a field is of another type than OCI says",
                    escaped(file)));
  }
  return entries;
}

std::string merged_index(const std::string& text, const std::string& file,
                         const std::vector<LayoutEntry>& entries) {
  OrderedJson index = parsed(text, file);
  OrderedJson kept = OrderedJson::array();
  for (OrderedJson& old : index["manifests"])
    if (std::none_of(entries.begin(), entries.end(),
                     [&](const LayoutEntry& entry) {
                       return is_replaced_by(old, entry);
                     }))
      kept.push_back(std::move(old));
  for (const LayoutEntry& entry : entries) kept.push_back(descriptor(entry));
  index["manifests"] = std::move(kept);
  return index.dump() + "\n";
}

}  // namespace dregs
