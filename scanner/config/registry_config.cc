#include "scanner/config/registry_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scanner/config/config_environment.h"
#include "scanner/config/storage_section.h"
#include "scanner/formats/is_one_of.h"
#include "scanner/formats/lower_case.h"

namespace dregs {
namespace {

constexpr std::array<std::string_view, 5> kNoDrivers = {
    "cache", "delete", "maintenance", "redirect", "tag"};

[[noreturn]] void fail(const std::string& where, std::string_view what) {
  throw ConfigError(fmt::format("{}: {}", where, what));
}

void require_version(const ConfigNode& tree, const std::string& origin) {
  if (!tree.is_map())
    fail(origin, "not a registry configuration: no `version: 0.1` in it");
  const ConfigNode* version = tree.find("version");
  if (version == nullptr)
    fail(origin,
         "version: missing; a registry configuration has `version: "
         "0.1`");
  if (!version->is_scalar() || version->text != "0.1")
    fail(version->set_by,
         fmt::format("version: {:?} is not known, only 0.1 is", version->text));
}

// A merge key would hide a setting from us that the registry sees.
void refuse_merge_keys(const ConfigNode& node) {
  for (const ConfigNode& child : node.children) {
    if (child.key == "<<")
      fail(child.set_by,
           "<<: YAML merge keys are not understood; write the "
           "merged settings out or say --root DIR");
    refuse_merge_keys(child);
  }
}

void check_sections(const ConfigNode& tree) {
  for (const ConfigNode& section : tree.children) {
    if (section.key == "<<") refuse_merge_keys(tree);
    if (is_one_of(section.key, {"http", "proxy", "redis", "storage"}))
      refuse_merge_keys(section);
  }
}

void check_storage_shape(const ConfigNode& storage) {
  if (storage.is_sequence())
    fail(storage.set_by,
         "storage: must be a map such as `filesystem: "
         "{rootdirectory: DIR}`");
  for (const ConfigNode& section : storage.children) {
    if (!section.is_map() && !section.is_null())
      fail(section.set_by,
           fmt::format("storage.{}: must be a map, such as `filesystem: "
                       "{{rootdirectory: DIR}}`",
                       fmt::format("{:?}", section.key)));
  }
}

const ConfigNode& driver_of(const ConfigNode& storage) {
  const ConfigNode* driver = nullptr;
  for (const ConfigNode& section : storage.children) {
    if (std::find(kNoDrivers.begin(), kNoDrivers.end(), section.key) !=
        kNoDrivers.end())
      continue;
    if (driver != nullptr)
      fail(section.set_by,
           fmt::format("storage: two drivers, {:?} and {:?}; the registry "
                       "takes exactly one, so remove the other",
                       driver->key, section.key));
    driver = &section;
  }
  if (driver == nullptr)
    fail(storage.set_by,
         "storage: names no driver; add `filesystem: "
         "{rootdirectory: DIR}` or say --root DIR");
  return *driver;
}

const ConfigNode& filesystem_of(const ConfigNode& tree,
                                const std::string& origin) {
  const ConfigNode& driver = storage_driver_of(tree, origin);
  if (driver.key != "filesystem")
    throw OtherDriverError(fmt::format(
        "{}: storage.{}: dregs only handles the filesystem driver; for data "
        "that lies in a folder say --root DIR",
        driver.set_by, fmt::format("{:?}", driver.key)));
  return driver;
}

// The registry prints the YAML value to get its path, so 0x10 becomes "16" and
// yes becomes "true". Who means such a name writes it in quotes.
bool yaml_may_change(const ConfigNode& node) {
  if (!node.plain) return false;
  const std::string word = in_lower_case(node.text);
  if (is_one_of(word, {"y", "yes", "n", "no", "on", "off", "true", "false",
                       ".inf", ".nan"}))
    return true;
  const char first = word[word.front() == '.' && word.size() > 1 ? 1 : 0];
  return ('0' <= first && first <= '9') || first == '+' || first == '-';
}

void read_root(const ConfigNode& filesystem, RegistryConfig& config) {
  const ConfigNode* root = filesystem.find("rootdirectory");
  if (root == nullptr) return;
  constexpr std::string_view kKey = "storage.filesystem.rootdirectory";
  if (root->is_null())
    fail(root->set_by,
         fmt::format("{}: is empty, which the registry takes for a folder "
                     "named <nil>; give a path or remove the setting",
                     kKey));
  if (!root->is_scalar() || root->text.empty())
    fail(root->set_by, fmt::format("{}: must be a path", kKey));
  if (yaml_may_change(*root))
    fail(root->set_by,
         fmt::format("{}: {:?} is not text to YAML; put the path in quotes",
                     kKey, root->text));
  if (root->text.find('\0') != std::string::npos)
    fail(root->set_by, fmt::format("{}: holds a zero byte", kKey));
  config.root_directory = root->text;
  config.root_set_by = root->set_by;
}

bool is_true(const ConfigNode* node) {
  return node != nullptr && node->is_scalar() && node->plain &&
         is_one_of(node->text, {"true", "True", "TRUE", "yes", "Yes", "YES",
                                "on", "On", "ON", "y", "Y"});
}

bool has_text(const ConfigNode* node) {
  return node != nullptr && node->is_scalar() && !node->text.empty();
}

bool caches_in_redis(const ConfigNode& tree) {
  for (std::string_view key : {"blobdescriptor", "layerinfo"}) {
    const ConfigNode* cache = tree.find_path({"storage", "cache", key});
    if (has_text(cache) && cache->text == "redis") return true;
  }
  const ConfigNode* addresses = tree.find_path({"redis", "addrs"});
  return has_text(tree.find_path({"redis", "addr"})) || has_text(addresses) ||
         (addresses != nullptr && !addresses->children.empty());
}

}  // namespace

ConfigNode read_config_tree(std::string_view yaml,
                            std::span<const std::string> environment,
                            const std::string& origin) {
  ConfigNode tree = parse_yaml(yaml, origin, true);
  require_version(tree, origin);
  spell_out_storage(tree);
  lay_environment_over(tree, environment);
  check_sections(tree);
  return tree;
}

const ConfigNode& storage_driver_of(const ConfigNode& tree,
                                    const std::string& origin) {
  const ConfigNode* storage = tree.find("storage");
  if (storage == nullptr)
    fail(origin,
         "storage: missing; add `storage: {filesystem: {rootdirectory: "
         "DIR}}` or say --root DIR");
  check_storage_shape(*storage);
  return driver_of(*storage);
}

void read_server_settings(const ConfigNode& tree, RegistryConfig& config) {
  config.readonly = is_true(
      tree.find_path({"storage", "maintenance", "readonly", "enabled"}));
  config.uses_redis = caches_in_redis(tree);
  // Whatever stands there, a doubt must not hide a pull-through cache.
  const ConfigNode* remote = tree.find_path({"proxy", "remoteurl"});
  config.proxy = remote != nullptr && !remote->is_null() &&
                 (!remote->is_scalar() || !remote->text.empty());
  const ConfigNode* address = tree.find_path({"http", "addr"});
  if (has_text(address)) config.http_addr = address->text;
}

RegistryConfig parse_registry_config(std::string_view yaml,
                                     std::span<const std::string> environment,
                                     const std::string& origin) {
  const ConfigNode tree = read_config_tree(yaml, environment, origin);
  RegistryConfig config;
  read_root(filesystem_of(tree, origin), config);
  read_server_settings(tree, config);
  return config;
}

}  // namespace dregs
