#include "tests/retention_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace dregs {

BuiltImage AgedStore::push(const std::string& repository,
                           const std::string& tag_text, int days,
                           const ImageOptions& options) {
  ImageOptions own = options;
  if (own.created_by.empty())
    own.created_by = fmt::format("{}:{}", repository, tag_text);
  const BuiltImage image =
      this->image(repository, tag_text,
                  {"base", fmt::format("{} {}", repository, tag_text)}, own);
  if (!tag_text.empty()) set_days(tag_path(repository, tag_text), days);
  set_days(revision_path(repository, image.manifest), days);
  return image;
}

void AgedStore::tag_aged(const std::string& repository, const std::string& name,
                         const Digest& digest, int days) {
  tag(repository, name, digest);
  set_days(tag_path(repository, name), days);
  set_days(history_path(repository, name, digest), days);
}

void AgedStore::set_days(const std::string& path, int days) {
  set_age(path, std::chrono::hours(24 * days));
}

BuiltImage AgedStore::push_created(const std::string& repository,
                                   const std::string& tag_text, int days,
                                   const std::string& created) {
  const std::string text = fmt::format(
      R"({{"created":"{}","architecture":"amd64","os":"linux","config":{{}},)"
      R"("rootfs":{{"type":"layers","diff_ids":[]}},"author":"{}"}})",
      created, tag_text);
  BuiltImage image;
  image.config = layer(repository, text);
  const std::string manifest = fmt::format(
      R"({{"schemaVersion":2,"mediaType":)"
      R"("application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":)"
      R"("application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},)"
      R"("layers":[]}})",
      image.config.to_string(), text.size());
  image.manifest = manifest_bytes(repository, tag_text, manifest);
  set_days(tag_path(repository, tag_text), days);
  set_days(revision_path(repository, image.manifest), days);
  return image;
}

std::string AgedStore::file(const std::string& name,
                            const std::string& text) const {
  const std::string path = (root() / name).string();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string tag_name(const std::string& repository, const std::string& tag) {
  return fmt::format("{}:{}", repository, tag);
}

namespace {

std::set<std::string> tags_that(const nlohmann::json& report, bool go) {
  std::set<std::string> names;
  for (const auto& tag : report.value("tags", nlohmann::json::array()))
    if (tag["removed"] == go)
      names.insert(tag_name(tag["repository"], tag["tag"]));
  return names;
}

}  // namespace

std::set<std::string> RetainRun::removed_tags() const {
  return tags_that(report, true);
}

std::set<std::string> RetainRun::kept_tags() const {
  return tags_that(report, false);
}

std::set<std::string> RetainRun::removed_manifests() const {
  std::set<std::string> names;
  for (const auto& manifest : report["manifests"])
    if (manifest["removed"])
      names.insert(fmt::format("{}@{}",
                               manifest["repository"].get<std::string>(),
                               manifest["digest"].get<std::string>()));
  return names;
}

nlohmann::json RetainRun::tag(const std::string& name) const {
  for (const auto& each : report["tags"])
    if (tag_name(each["repository"], each["tag"]) == name) return each;
  return nullptr;
}

std::string RetainRun::reason(const std::string& name) const {
  const nlohmann::json found = tag(name);
  return found.is_null() ? "" : found["reason"].get<std::string>();
}

std::string RetainRun::refused() const {
  std::string reasons;
  for (const auto& each : report["refused"])
    reasons = fmt::format("{}{}\n", reasons, each["reason"].get<std::string>());
  return reasons;
}

RetainRun retain(const StoreBuilder& store, std::vector<std::string> words) {
  words.insert(words.begin(), "retain");
  return {run_for_json(store, words)};
}

RetainRun retain_by(const AgedStore& store, const std::string& policy,
                    std::vector<std::string> words) {
  words.insert(words.begin(), {"--policy", store.file("policy.yml", policy)});
  if (std::find(words.begin(), words.end(), "--max-delete") == words.end())
    words.insert(words.end(), {"--max-delete", "100"});
  return retain(store, words);
}

}  // namespace dregs
