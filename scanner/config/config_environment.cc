#include "scanner/config/config_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <vector>

#include "scanner/formats/lower_case.h"

namespace dregs {
namespace {

constexpr std::string_view kPrefix = "REGISTRY_";
// Of the sections that stand in the registry's code as a struct; the others
// say nothing about storage, and what they hold need not even be YAML.
constexpr std::array<std::string_view, 4> kSections = {"HTTP", "PROXY", "REDIS",
                                                       "STORAGE"};

using Path = std::span<const std::string>;

struct Variable {
  const std::string& name;
  const std::string& value;
};

char upper(char c) {
  return 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool is_upper_case_of(std::string_view part, std::string_view key) {
  return std::equal(part.begin(), part.end(), key.begin(), key.end(),
                    [](char p, char k) { return p == upper(k); });
}

void set_by(ConfigNode& node, const std::string& name) {
  node.set_by = name;
  for (ConfigNode& child : node.children) set_by(child, name);
}

ConfigNode value_of(const Variable& variable) {
  ConfigNode node = parse_yaml(variable.value, variable.name, false);
  set_by(node, variable.name);
  return node;
}

void overlay(ConfigNode& at, Path path, const Variable& variable);

void overlay_map(ConfigNode& map, Path path, const Variable& variable) {
  if (path.size() == 1) {
    map.put(in_lower_case(path[0]), value_of(variable));
    return;
  }
  for (ConfigNode& child : map.children) {
    if (is_upper_case_of(path[0], child.key) && !child.is_null()) {
      overlay(child, path.subspan(1), variable);
      return;
    }
  }
  ConfigNode& fresh = map.put(in_lower_case(path[0]), ConfigNode{});
  overlay(fresh, path.subspan(1), variable);
}

void overlay_sequence(ConfigNode& list, Path path, const Variable& variable) {
  std::size_t index = 0;
  const std::string& text = path[0];
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{} || end != text.data() + text.size()) return;
  if (index > list.children.size()) return;
  if (index == list.children.size()) list.children.emplace_back();
  if (path.size() == 1)
    list.children[index] = value_of(variable);
  else
    overlay(list.children[index], path.subspan(1), variable);
}

void overlay(ConfigNode& at, Path path, const Variable& variable) {
  if (at.is_scalar()) return;  // as the registry does: nothing lies below it
  if (at.is_sequence()) return overlay_sequence(at, path, variable);
  if (at.is_null()) {
    at.kind = ConfigNode::Kind::map;
    at.set_by = variable.name;
  }
  overlay_map(at, path, variable);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == '_')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

void apply(ConfigNode& tree, const Variable& variable) {
  std::vector<std::string> path =
      split(std::string_view(variable.name).substr(kPrefix.size()));
  if (std::find(kSections.begin(), kSections.end(), path[0]) == kSections.end())
    return;
  if (path.size() > kConfigDepthMax)
    throw ConfigError(fmt::format("{}...: has too many parts; unset it",
                                  variable.name.substr(0, 40)));
  // Struct fields are matched by their one spelling, which is lower case.
  path[0] = in_lower_case(path[0]);
  const ConfigNode* section = tree.find(path[0]);
  if (path.size() == 1) {
    tree.put(path[0], value_of(variable));
  } else {
    ConfigNode changed = section == nullptr ? ConfigNode{} : *section;
    overlay(changed, Path(path).subspan(1), variable);
    tree.put(path[0], std::move(changed));
  }
  spell_out_storage(tree);
}

}  // namespace

void spell_out_storage(ConfigNode& tree) {
  const ConfigNode* storage = tree.find("storage");
  if (storage == nullptr || !storage->is_scalar()) return;
  ConfigNode driver;
  driver.kind = ConfigNode::Kind::map;
  driver.set_by = storage->set_by;
  ConfigNode section = driver;
  section.put(storage->text, std::move(driver));
  tree.put("storage", std::move(section));
}

void lay_environment_over(ConfigNode& tree,
                          std::span<const std::string> environment) {
  std::map<std::string, std::string> variables;
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || !entry.starts_with(kPrefix)) continue;
    // The first of two of one name counts, as in Go's os.Environ.
    variables.try_emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  for (const auto& [name, value] : variables) apply(tree, {name, value});
}

}  // namespace dregs
