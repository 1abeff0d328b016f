#include "scanner/disk/root.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/filesystem.hpp>
#include <string_view>

#include "scanner/disk/config_file.h"
#include "scanner/files/entry_type.h"

namespace dregs {
namespace {

namespace fs = boost::filesystem;
using boost::system::error_code;

constexpr std::string_view kRootVariable =
    "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY";
constexpr std::array<std::string_view, 2> kStandardConfigs = {
    "/etc/distribution/config.yml", "/etc/docker/registry/config.yml"};
constexpr std::string_view kDefaultRoot = "/var/lib/registry";
constexpr std::string_view kLayout = "docker/registry/v2";

// What somebody asked for, before a look at the disk.
struct Named {
  std::string folder;
  std::string source;
  std::optional<RegistryConfig> config{};
  bool may_be_v2 = false;
};

bool is_set(const std::vector<std::string>& environment,
            std::string_view name) {
  return std::any_of(environment.begin(), environment.end(),
                     [&](const std::string& entry) {
                       return entry.starts_with(name) &&
                              entry.substr(name.size()).starts_with('=');
                     });
}

Named named_by(RegistryConfig config, std::string source) {
  if (config.root_set_by.starts_with("REGISTRY_") &&
      config.root_set_by != source)
    source += fmt::format(" ({})", config.root_set_by);
  return {config.root_directory, std::move(source), std::move(config)};
}

Named named_by_file(const std::string& file, const RootRequest& request,
                    std::string source) {
  try {
    return named_by(load_registry_config(file, request.environment, file),
                    std::move(source));
  } catch (const ConfigError& error) {
    const std::string what = error.what();
    if (what.find("--root") != std::string::npos) throw;
    throw ConfigError(what + "; correct that or name the folder: --root DIR");
  }
}

Named named_by_variable(const RootRequest& request) {
  constexpr auto kNothingElse = "version: 0.1\nstorage: filesystem\n";
  const std::string name(kRootVariable);
  return named_by(
      parse_registry_config(kNothingElse, request.environment, name), name);
}

bool is_missing(const fs::path& path) {
  error_code error;
  return fs::status(path, error).type() == fs::file_not_found;
}

Named who_names_it(const RootRequest& request) {
  if (request.root) return {*request.root, "--root", std::nullopt, true};
  if (const auto config = deciding_config(request))
    return named_by_file(config->file, request, config->source);
  if (is_set(request.environment, kRootVariable))
    return named_by_variable(request);
  return {request.system_prefix + std::string(kDefaultRoot), "default"};
}

[[noreturn]] void fail(const Named& named, std::string_view what) {
  throw RootError(
      fmt::format("{}: {} (from {})", named.folder, what, named.source));
}

[[noreturn]] void fail_access(const Named& named, const fs::path& path,
                              const error_code& error) {
  fail(named, fmt::format("cannot look at {}: {}; run dregs as root or as the "
                          "registry's user",
                          path.string(), error.message()));
}

// No such path is an answer; not being allowed to look is none.
bool exists(const Named& named, const fs::path& path) {
  error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_not_found) return false;
  if (status.type() == fs::status_error) fail_access(named, path, error);
  return true;
}

fs::path real_path(const Named& named, const fs::path& path) {
  error_code error;
  fs::path real = fs::canonical(path, error);
  if (error) fail_access(named, path, error);
  return real;
}

bool holds_registry(const Named& named, const fs::path& v2) {
  return exists(named, v2 / "repositories") || exists(named, v2 / "blobs");
}

bool is_v2_path(const fs::path& path) {
  return ("/" + path.string()).ends_with("/" + std::string(kLayout));
}

std::vector<fs::path> children_of(const fs::path& folder) {
  constexpr std::size_t kEnough = 1000;
  std::vector<fs::path> children;
  error_code error;
  fs::directory_iterator entry(folder, error);
  while (!error && entry != fs::directory_iterator() &&
         children.size() < kEnough) {
    children.push_back(entry->path());
    entry.increment(error);
  }
  std::sort(children.begin(), children.end());
  return children;
}

bool has_layout(const fs::path& folder) {
  error_code error;
  return fs::is_directory(folder / fs::path(std::string(kLayout)), error);
}

// `folder` may be a part of a registry's layout, or hold a registry one level
// down, as a Docker volume does in _data.
std::optional<fs::path> registry_nearby(const fs::path& folder) {
  for (fs::path at = folder; at.has_relative_path(); at = at.parent_path())
    if (at.filename() == "docker" && has_layout(at.parent_path()))
      return at.parent_path();
  for (const fs::path& child : children_of(folder))
    if (has_layout(child)) return child;
  return std::nullopt;
}

bool looks_unmounted(const fs::path& folder) {
  error_code error;
  if (fs::is_empty(folder, error) && !error) return true;
  const std::vector<fs::path> children = children_of(folder);
  return children.size() == 1 && children.front().filename() == "lost+found";
}

std::string hint_for(const fs::path& folder) {
  if (const auto nearby = registry_nearby(folder))
    return fmt::format("did you mean --root {}?", nearby->string());
  if (looks_unmounted(folder))
    return "the folder is empty: is the registry's volume mounted here?";
  error_code error;
  if (fs::exists(folder / "oci-layout", error))
    return "this is an OCI image layout, not a registry's storage";
  return "name the registry's rootdirectory with --root DIR";
}

// blobs, blobs/sha256, repositories, and what symbolic links among those lead
// to.
std::vector<std::string> parts_of(const fs::path& v2) {
  std::vector<std::string> parts;
  for (const char* part : {"blobs", "blobs/sha256", "repositories"}) {
    error_code error;
    const fs::path real = fs::canonical(v2 / part, error);
    if (!error) parts.push_back(real.string());
  }
  // Mounts have a path below v2 whatever they show.
  const Descriptor repositories =
      open_folder(AT_FDCWD, (v2 / "repositories").string());
  if (!repositories) return parts;
  for_each_entry(repositories.get(), [&](FolderEntry entry) {
    if (entry_type(repositories.get(), entry) != EntryType::symbolic_link)
      return;
    error_code error;
    const fs::path real =
        fs::canonical(v2 / "repositories" / std::string(entry.name), error);
    if (!error) parts.push_back(real.string());
  });
  return parts;
}

ResolvedRoot finish(Named named, const fs::path& v2, const fs::path& root) {
  return {v2.string(), root.string(), std::move(named.source),
          std::move(named.config), parts_of(v2)};
}

ResolvedRoot from_rootdirectory(Named named, const fs::path& real,
                                const fs::path& layout) {
  const fs::path v2 = real_path(named, layout);
  if (!holds_registry(named, v2))
    fail(named, fmt::format("not a registry: neither repositories nor blobs in "
                            "{}; {}",
                            v2.string(),
                            looks_unmounted(v2)
                                ? "nothing was ever pushed, or its volume is "
                                  "not mounted here"
                                : "name the right folder with --root DIR"));
  return finish(std::move(named), v2, real);
}

ResolvedRoot look_at(Named named) {
  if (named.folder.empty() || named.folder.find('\0') != std::string::npos)
    fail(named, "not a path; name the registry's folder with --root DIR");
  if (!exists(named, named.folder))
    fail(named, "no such folder; name the registry's folder with --root DIR");
  const fs::path real = real_path(named, named.folder);
  const fs::path layout = real / fs::path(std::string(kLayout));
  // Where v2 is a symbolic link its real path may have any name.
  const fs::path spelled = fs::absolute(named.folder).lexically_normal();
  const bool is_link = is_v2_path(spelled) && !is_v2_path(real);
  const bool is_v2 = named.may_be_v2 && (is_v2_path(real) || is_link) &&
                     holds_registry(named, real);
  const bool is_root = exists(named, layout);
  if (is_v2 && is_root)
    fail(named, fmt::format("two registries, here and in {}; name one of them "
                            "by its rootdirectory",
                            layout.string()));
  const fs::path& path = is_link ? spelled : real;
  if (is_v2) {
    const fs::path root =
        real_path(named, path.parent_path().parent_path().parent_path());
    return finish(std::move(named), real, root);
  }
  if (is_root) return from_rootdirectory(std::move(named), real, layout);
  fail(named, fmt::format("not a registry: no {} in {}; {}", kLayout,
                          real.string(), hint_for(real)));
}

}  // namespace

std::optional<NamedConfig> deciding_config(const RootRequest& request) {
  if (request.root) return std::nullopt;
  if (request.config)
    return NamedConfig{*request.config, "--config " + *request.config};
  if (is_set(request.environment, kRootVariable)) return std::nullopt;
  for (std::string_view standard : kStandardConfigs) {
    const std::string file = request.system_prefix + std::string(standard);
    if (!is_missing(file)) return NamedConfig{file, file};
  }
  return std::nullopt;
}

ResolvedRoot resolve_root(const RootRequest& request) {
  return look_at(who_names_it(request));
}

std::vector<std::string> own_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    entries.emplace_back(*entry);
  return entries;
}

}  // namespace dregs
