#include "tests/reference_store.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>

#include "scanner/formats/digest.h"
#include "scanner/formats/sha256.h"

namespace dregs::reference {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr auto kArtifact = "application/vnd.oci.artifact.manifest.v1+json";

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Link as_digest(const std::string& text) {
  return DigestText::parse(text) ? Link(text) : std::nullopt;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  if (!fs::is_directory(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

// folder/<alg>/<hex>/link, and nothing but regular files.
std::map<std::string, Link> links_in(const fs::path& folder) {
  std::map<std::string, Link> links;
  for (const std::string& algorithm : names_in(folder)) {
    for (const std::string& hex : names_in(folder / algorithm)) {
      const fs::path link = folder / algorithm / hex / "link";
      if (!fs::exists(link)) continue;
      const std::string digest = fmt::format("{}:{}", algorithm, hex);
      links[digest] =
          fs::is_regular_file(link) ? as_digest(read_file(link)) : std::nullopt;
    }
  }
  return links;
}

std::set<std::string> keys(const std::map<std::string, Link>& links) {
  std::set<std::string> result;
  for (const auto& [key, link] : links) result.insert(key);
  return result;
}

// Upper case is legal in the first part of several: it may be a host.
bool is_odd_name(const std::string& name) {
  static const std::string part = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  static const std::regex grammar("(?:[A-Za-z0-9][A-Za-z0-9.-]*/)?" + part +
                                  "(?:/" + part + ")*");
  return !std::regex_match(name, grammar);
}

// A revision or layer link that cannot be believed, or manifests that were
// there and are not.
bool is_damaged(const Repository& repository, const fs::path& folder) {
  for (const auto& [digest, link] : repository.revisions) {
    if (link != digest) return true;
  }
  for (const auto& [digest, link] : repository.layers) {
    const bool is_alias = !digest.starts_with("sha256:");
    if (!link || (link != digest && !is_alias)) return true;
  }
  for (const auto& [name, tag] : repository.tags) {
    if (!tag.current &&
        fs::exists(folder / "_manifests/tags" / name / "current/link")) {
      return true;
    }
  }
  return (!repository.layers.empty() || !repository.tags.empty()) &&
         !fs::is_directory(folder / "_manifests/revisions");
}

Repository read_repository(const fs::path& folder, const std::string& name) {
  Repository repository;
  repository.name = name;
  const fs::path revisions = folder / "_manifests/revisions";
  const fs::path tags = folder / "_manifests/tags";
  repository.revisions = links_in(revisions);
  repository.layers = links_in(folder / "_layers");
  for (const std::string& tag : names_in(tags)) {
    repository.tags[tag] = {as_digest(read_file(tags / tag / "current/link")),
                            keys(links_in(tags / tag / "index"))};
  }
  for (const std::string& hex : names_in(revisions / "sha256")) {
    const fs::path signatures = revisions / "sha256" / hex / "signatures";
    repository.signatures["sha256:" + hex] = keys(links_in(signatures));
  }
  repository.pinned = is_odd_name(name) || is_damaged(repository, folder);
  return repository;
}

void find_repositories(const fs::path& folder, const std::string& name,
                       std::vector<Repository>& found) {
  const std::set<std::string> reserved{"_manifests", "_layers", "_uploads"};
  bool is_repository = false;
  for (const std::string& child : names_in(folder)) {
    if (reserved.contains(child)) {
      is_repository = true;
    } else if (fs::is_directory(folder / child)) {
      find_repositories(
          folder / child,
          name.empty() ? child : fmt::format("{}/{}", name, child), found);
    }
  }
  if (is_repository) found.push_back(read_repository(folder, name));
}

bool is_known_type(const Json& json) {
  static const std::set<std::string> known{
      "application/vnd.docker.distribution.manifest.v2+json",
      "application/vnd.docker.distribution.manifest.list.v2+json",
      "application/vnd.oci.image.manifest.v1+json",
      "application/vnd.oci.image.index.v1+json"};
  if (!json.is_object()) return false;
  if (json.value("mediaType", "") == kArtifact) return true;
  const Json version = json.value("schemaVersion", Json());
  if (json.contains("mediaType")) {
    return version == 2 && known.contains(json["mediaType"]);
  }
  if (version == 1) return json.contains("fsLayers");
  return version == 2 && (json.contains("manifests") ||
                          (json.contains("config") && json.contains("layers")));
}

bool calls_itself_manifest(const Json& descriptor) {
  return is_known_type(
      {{"schemaVersion", 2}, {"mediaType", descriptor.value("mediaType", "")}});
}

// False where it names something that is no digest.
bool add_need(Manifest& manifest, const Json& descriptor, const char* key) {
  if (!descriptor.is_object() || !descriptor.contains(key)) return false;
  if (!descriptor[key].is_string()) return false;
  const Link digest = as_digest(descriptor[key]);
  if (digest) manifest.needs.insert(*digest);
  return digest.has_value();
}

bool add_needs(Manifest& manifest, const Json& json) {
  bool sound = true;
  if (json.contains("config")) {
    sound &= add_need(manifest, json["config"], "digest");
  }
  for (const char* list : {"layers", "blobs", "manifests"}) {
    for (const Json& item : json.value(list, Json::array())) {
      sound &= add_need(manifest, item, "digest");
    }
  }
  for (const Json& item : json.value("fsLayers", Json::array())) {
    sound &= add_need(manifest, item, "blobSum");
  }
  if (!sound) return false;
  for (const Json& child : json.value("manifests", Json::array())) {
    manifest.children.insert(child["digest"].get<std::string>());
    if (calls_itself_manifest(child)) {
      manifest.manifests.insert(child["digest"].get<std::string>());
    }
  }
  if (json.contains("subject")) {
    manifest.subject = as_digest(json["subject"].value("digest", ""));
  }
  return true;
}

std::set<std::string> every_digest_in(const std::string& bytes) {
  static const std::regex digest(
      "sha(?:512:[0-9a-f]{128}|384:[0-9a-f]{96}|256:[0-9a-f]{64})");
  using Matches = std::sregex_iterator;
  std::set<std::string> found;
  for (Matches match(bytes.begin(), bytes.end(), digest); match != Matches();
       ++match) {
    found.insert(match->str());
  }
  return found;
}

fs::path blob_path(const fs::path& v2, const std::string& digest) {
  const std::size_t colon = digest.find(':');
  const std::string hex = digest.substr(colon + 1);
  return v2 / "blobs" / digest.substr(0, colon) / hex.substr(0, 2) / hex /
         "data";
}

}  // namespace

std::vector<Repository> read_repositories(const fs::path& v2) {
  std::vector<Repository> found;
  find_repositories(v2 / "repositories", "", found);
  return found;
}

std::set<std::string> read_blobs(const fs::path& v2) {
  std::set<std::string> blobs;
  for (const std::string& prefix : names_in(v2 / "blobs/sha256")) {
    for (const std::string& hex : names_in(v2 / "blobs/sha256" / prefix)) {
      const std::string digest = "sha256:" + hex;
      if (!Digest::parse(digest) || !hex.starts_with(prefix)) continue;
      if (fs::is_regular_file(blob_path(v2, digest))) blobs.insert(digest);
    }
  }
  return blobs;
}

Manifest read_manifest(const fs::path& v2, const std::string& digest) {
  Manifest manifest;
  const fs::path path = blob_path(v2, digest);
  manifest.missing = !fs::is_regular_file(path);
  const std::string bytes = read_file(path);
  manifest.sound = sha256(bytes).to_string() == digest;
  manifest.looks_like_one = bytes.starts_with('{');
  if (manifest.sound) {
    const Json json = Json::parse(bytes, nullptr, false);
    manifest.understood = is_known_type(json) && add_needs(manifest, json);
  }
  // The artifact manifest was dropped from the specification: nobody knows
  // what else is written in some.
  const bool is_artifact = bytes.find(kArtifact) != std::string::npos;
  manifest.served = manifest.understood && !is_artifact;
  const bool may_be_one = manifest.looks_like_one || !manifest.sound;
  manifest.needs_all_it_says =
      is_artifact || (may_be_one && !manifest.understood);
  if (manifest.needs_all_it_says) manifest.needs = every_digest_in(bytes);
  return manifest;
}

}  // namespace dregs::reference
