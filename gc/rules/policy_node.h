// A PolicyNode is one value in the YAML text of a policy. It knows its place,
// so that an error can name it. Pure.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

// Every function throws PolicyError at the place of the node where the node is
// not what is asked for. `what` is what messages call the node.
class PolicyNode {
 public:
  // `file` is the file's name, for messages. It is borrowed.
  PolicyNode(const YAML::Node& node, const std::string& file)
      : node_(node), file_(&file) {}

  [[noreturn]] void fail(const std::string& why) const;

  // Requires a map. Every key has to be known and to stand there only once.
  void check_keys(std::string_view what,
                  const std::vector<std::string_view>& known) const;
  // Returns none where the key of a map is missing.
  std::optional<PolicyNode> at(std::string_view key) const;
  bool is_empty() const { return node_.size() == 0; }

  std::string text(std::string_view what) const;
  // Requires a list.
  std::vector<PolicyNode> items(std::string_view what) const;

 private:
  YAML::Node node_;
  const std::string* file_;
};

// Returns the whole document. Throws PolicyError where the text is not YAML, is
// empty or too large, or has two documents.
PolicyNode load_policy(const std::string& text, const std::string& file);

}  // namespace dregs
