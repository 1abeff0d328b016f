// YAML as a plain value tree. It is built from yaml-cpp's events, not from its
// nodes, so that caps apply while reading: 1 MiB of text, 64 levels, 10 000
// nodes with every alias spelled out. A configuration is tiny; whatever is
// larger is hostile or not a configuration. format.md#5.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/escaped.h"

namespace dregs {

// The message is one line: file or variable, key, and the way out.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::string_view message)
      : std::runtime_error(printable(message)) {}
};

struct ConfigNode {
  enum class Kind { null, scalar, sequence, map };

  Kind kind = Kind::null;
  std::string key;     // under which its map holds it
  std::string text;    // of a scalar
  bool plain = false;  // a scalar without quotes: YAML may see a number in it
  std::string set_by;  // "FILE:LINE" or the name of an environment variable
  std::vector<ConfigNode> children;

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_map() const { return kind == Kind::map; }
  bool is_sequence() const { return kind == Kind::sequence; }

  const ConfigNode* find(std::string_view name) const;
  // Along a path of map keys; nullptr where any of them is missing.
  const ConfigNode* find_path(
      std::initializer_list<std::string_view> path) const;
  // Replaces the child of that name or adds one.
  ConfigNode& put(std::string name, ConfigNode value);
};

inline constexpr std::size_t kConfigBytesMax = 1'048'576;
inline constexpr std::size_t kConfigDepthMax = 64;
inline constexpr std::size_t kConfigNodesMax = 10'000;

// The first document of `yaml`; a null node where there is none. Pure, safe
// for any bytes. `origin` is the file's or the variable's name; lines are only
// counted for files. Throws ConfigError.
ConfigNode parse_yaml(std::string_view yaml, const std::string& origin,
                      bool count_lines);

}  // namespace dregs
