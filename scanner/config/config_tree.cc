#include "scanner/config/config_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace dregs {
namespace {

std::size_t count_nodes(const ConfigNode& node) {
  std::size_t count = 1;
  for (const ConfigNode& child : node.children) count += count_nodes(child);
  return count;
}

std::size_t depth_of(const ConfigNode& node) {
  std::size_t deepest = 0;
  for (const ConfigNode& child : node.children)
    deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& origin, bool count_lines)
      : origin_(origin), count_lines_(count_lines) {}

  ConfigNode take() { return std::move(root_); }

  std::string where(const YAML::Mark& mark) const {
    if (!count_lines_ || mark.line < 0) return origin_;
    return fmt::format("{}:{}", origin_, mark.line + 1);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    ConfigNode node = make(mark, ConfigNode::Kind::null);
    node.text = '~';  // a string here trips GCC bug 105651 at -O2
    finish(std::move(node), anchor, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor, const std::string& value) override {
    ConfigNode node = make(mark, ConfigNode::Kind::scalar);
    node.text = value;
    node.plain = tag == "?";
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str")
      fail(mark, fmt::format("the YAML tag {:?} is not understood", tag));
    finish(std::move(node), anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchored_.find(anchor);
    if (target == anchored_.end())
      fail(mark, "an alias stands inside of what it refers to");
    nodes_ += count_nodes(target->second);
    check_size(mark, open_.size() + depth_of(target->second));
    attach(target->second, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, ConfigNode::Kind::sequence, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&,
                  YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, ConfigNode::Kind::map, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    ConfigNode node;
    YAML::anchor_t anchor;
    YAML::Mark mark;
    std::optional<std::string> key;  // read, its value not yet
  };

  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view what) const {
    throw ConfigError(fmt::format("{}: {}", where(mark), what));
  }

  ConfigNode make(const YAML::Mark& mark, ConfigNode::Kind kind) {
    ++nodes_;
    check_size(mark, open_.size() + 1);
    ConfigNode node;
    node.kind = kind;
    node.set_by = where(mark);
    return node;
  }

  void check_size(const YAML::Mark& mark, std::size_t depth) const {
    if (nodes_ > kConfigNodesMax || depth > kConfigDepthMax)
      fail(mark, "too large or too deep for a registry configuration");
  }

  void open(const YAML::Mark& mark, ConfigNode::Kind kind,
            YAML::anchor_t anchor) {
    ConfigNode node = make(mark, kind);
    open_.push_back({std::move(node), anchor, mark, std::nullopt});
  }

  void close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    finish(std::move(frame.node), frame.anchor, frame.mark);
  }

  void finish(ConfigNode node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != 0) {
      // A copy that stays is text that an alias could multiply: it counts.
      nodes_ += count_nodes(node);
      check_size(mark, 0);
      anchored_[anchor] = node;
    }
    attach(std::move(node), mark);
  }

  void attach(ConfigNode node, const YAML::Mark& mark) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    if (parent.node.is_sequence())
      parent.node.children.push_back(std::move(node));
    else if (!parent.key)
      parent.key = key_of(node, mark);
    else
      add_to_map(parent, std::move(node));
  }

  std::string key_of(const ConfigNode& node, const YAML::Mark& mark) const {
    if (!node.is_scalar()) fail(mark, "a key must be plain text");
    if (open_.back().node.find(node.text) != nullptr)
      fail(mark, fmt::format("the key {:?} stands here twice; remove one",
                             node.text));
    return node.text;
  }

  static void add_to_map(Frame& parent, ConfigNode node) {
    node.key = *std::exchange(parent.key, std::nullopt);
    parent.node.children.push_back(std::move(node));
  }

  const std::string& origin_;
  bool count_lines_;
  ConfigNode root_;
  std::vector<Frame> open_;
  std::unordered_map<YAML::anchor_t, ConfigNode> anchored_;
  std::size_t nodes_ = 0;
};

}  // namespace

const ConfigNode* ConfigNode::find(std::string_view name) const {
  if (!is_map()) return nullptr;
  const auto found =
      std::find_if(children.begin(), children.end(),
                   [&](const ConfigNode& child) { return child.key == name; });
  return found == children.end() ? nullptr : &*found;
}

const ConfigNode* ConfigNode::find_path(
    std::initializer_list<std::string_view> path) const {
  const ConfigNode* at = this;
  for (std::string_view name : path) {
    at = at->find(name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

ConfigNode& ConfigNode::put(std::string name, ConfigNode value) {
  value.key = std::move(name);
  const auto same = std::find_if(
      children.begin(), children.end(),
      [&](const ConfigNode& child) { return child.key == value.key; });
  if (same != children.end()) return *same = std::move(value);
  return children.emplace_back(std::move(value));
}

ConfigNode parse_yaml(std::string_view yaml, const std::string& origin,
                      bool count_lines) {
  if (yaml.size() > kConfigBytesMax)
    throw ConfigError(fmt::format(
        "{}: larger than 1 MiB, so not a registry configuration", origin));
  TreeBuilder builder(origin, count_lines);
  try {
    std::istringstream text{std::string(yaml)};
    YAML::Parser parser(text);
    parser.HandleNextDocument(builder);
  } catch (const ConfigError&) {
    throw;
  } catch (const YAML::Exception& error) {
    throw ConfigError(
        fmt::format("{}: not YAML: {}", builder.where(error.mark), error.msg));
  } catch (const std::exception& error) {
    throw ConfigError(fmt::format("{}: not YAML: {}", origin, error.what()));
  }
  return builder.take();
}

}  // namespace dregs
