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

// Where a text came from, for errors and for ConfigNode::set_by.
struct Origin {
  const std::string& name;
  bool count_lines;

  std::string where(const YAML::Mark& mark) const {
    if (!count_lines || mark.line < 0) return name;
    return fmt::format("{}:{}", name, mark.line + 1);
  }

  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view what) const {
    throw ConfigError(fmt::format("{}: {}", where(mark), what));
  }
};

// A sequence or map whose end is not read yet.
struct OpenNode {
  ConfigNode node;
  YAML::anchor_t anchor;
  YAML::Mark mark;
  std::optional<std::string> key;  // read, its value not yet
};

std::string key_of(const ConfigNode& node, const OpenNode& parent,
                   const YAML::Mark& mark, const Origin& origin) {
  if (!node.is_scalar()) origin.fail(mark, "a key must be plain text");
  if (parent.node.find(node.text) != nullptr)
    origin.fail(mark, fmt::format("the key {:?} stands here twice; remove one",
                                  node.text));
  return node.text;
}

void add_to(OpenNode& parent, ConfigNode node, const YAML::Mark& mark,
            const Origin& origin) {
  if (!parent.node.is_sequence() && !parent.key) {
    parent.key = key_of(node, parent, mark, origin);
    return;
  }
  if (parent.key) node.key = *std::exchange(parent.key, std::nullopt);
  parent.node.children.push_back(std::move(node));
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  // `origin` is borrowed.
  explicit TreeBuilder(const Origin& origin) : origin_(origin) {}

  ConfigNode take() { return std::move(root_); }

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
      origin_.fail(mark,
                   fmt::format("the YAML tag {:?} is not understood", tag));
    finish(std::move(node), anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchored_.find(anchor);
    if (target == anchored_.end())
      origin_.fail(mark, "an alias stands inside of what it refers to");
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
  ConfigNode make(const YAML::Mark& mark, ConfigNode::Kind kind) {
    ++nodes_;
    check_size(mark, open_.size() + 1);
    ConfigNode node;
    node.kind = kind;
    node.set_by = origin_.where(mark);
    return node;
  }

  void check_size(const YAML::Mark& mark, std::size_t depth) const {
    if (nodes_ > kConfigNodesMax || depth > kConfigDepthMax)
      origin_.fail(mark, "too large or too deep for a registry configuration");
  }

  void open(const YAML::Mark& mark, ConfigNode::Kind kind,
            YAML::anchor_t anchor) {
    ConfigNode node = make(mark, kind);
    open_.push_back({std::move(node), anchor, mark, std::nullopt});
  }

  void close() {
    OpenNode ended = std::move(open_.back());
    open_.pop_back();
    finish(std::move(ended.node), ended.anchor, ended.mark);
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
    if (open_.empty())
      root_ = std::move(node);
    else
      add_to(open_.back(), std::move(node), mark, origin_);
  }

  const Origin& origin_;
  ConfigNode root_;
  std::vector<OpenNode> open_;
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
  const Origin named{origin, count_lines};
  TreeBuilder builder(named);
  try {
    std::istringstream text{std::string(yaml)};
    YAML::Parser parser(text);
    parser.HandleNextDocument(builder);
  } catch (const ConfigError&) {
    throw;
  } catch (const YAML::Exception& error) {
    throw ConfigError(
        fmt::format("{}: not YAML: {}", named.where(error.mark), error.msg));
  } catch (const std::exception& error) {
    throw ConfigError(fmt::format("{}: not YAML: {}", origin, error.what()));
  }
  return builder.take();
}

}  // namespace dregs
