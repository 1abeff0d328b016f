#include "gc/rules/policy_node.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "gc/rules/policy_file.h"

namespace dregs {
namespace {

constexpr std::size_t kLongestPolicy = 16 * 1024 * 1024;

[[noreturn]] void fail_at(const YAML::Mark& mark, const std::string& file,
                          const std::string& why) {
  if (mark.is_null()) throw PolicyError(file, why);
  throw PolicyError(file, why,
                    {static_cast<std::size_t>(mark.line) + 1,
                     static_cast<std::size_t>(mark.column) + 1});
}

std::vector<YAML::Node> load_documents(const std::string& text,
                                       const std::string& file) {
  try {
    return YAML::LoadAll(text);
  } catch (const YAML::Exception& error) {
    fail_at(error.mark, file, fmt::format("not YAML: {}", error.msg));
  }
}

}  // namespace

void PolicyNode::fail(const std::string& why) const {
  fail_at(node_.Mark(), *file_, why);
}

void PolicyNode::check_keys(std::string_view what,
                            const std::vector<std::string_view>& known) const {
  if (!node_.IsMap())
    fail(fmt::format("{} is to be a map of {}", what, fmt::join(known, ", ")));
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    const PolicyNode name(entry.first, *file_);
    const std::string key = name.text("a key");
    if (std::find(known.begin(), known.end(), key) == known.end())
      name.fail(fmt::format("{} has no key '{}', but {}", what, key,
                            fmt::join(known, ", ")));
    if (!seen.insert(key).second)
      name.fail(fmt::format("'{}' stands here a second time", key));
  }
}

// The look-up of yaml-cpp is linear too.
std::optional<PolicyNode> PolicyNode::at(std::string_view key) const {
  for (const auto& entry : node_)
    if (entry.first.Scalar() == key) return PolicyNode(entry.second, *file_);
  return std::nullopt;
}

std::string PolicyNode::text(std::string_view what) const {
  if (!node_.IsScalar()) fail(fmt::format("{} is to be a text", what));
  return node_.Scalar();
}

std::vector<PolicyNode> PolicyNode::items(std::string_view what) const {
  if (!node_.IsSequence()) fail(fmt::format("{} is to be a list", what));
  std::vector<PolicyNode> all;
  all.reserve(node_.size());
  for (const auto& item : node_) all.emplace_back(item, *file_);
  return all;
}

PolicyNode load_policy(const std::string& text, const std::string& file) {
  if (text.size() > kLongestPolicy)
    throw PolicyError(file, fmt::format("the file is larger than {} MiB",
                                        kLongestPolicy >> 20));
  const std::vector<YAML::Node> documents = load_documents(text, file);
  if (documents.empty() || documents.front().IsNull())
    throw PolicyError(file,
                      "the policy is empty; see docs/retention.md for examples",
                      {1, 1});
  if (documents.size() > 1)
    fail_at(documents[1].Mark(), file, "a second document; a policy is one");
  return PolicyNode(documents.front(), file);
}

}  // namespace dregs
