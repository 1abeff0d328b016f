// A glob as `rm` has them, or a regular expression between slashes, by which a
// retention policy names repositories and tags (retention-rules.md#2). Matching
// takes time linear in the name, whatever the expression looks like. Copies are
// cheap; any number of threads may match.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace dregs {

// Why a text is no pattern: a sentence without a full stop.
class PatternError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class NamePattern {
 public:
  // Throws PatternError.
  explicit NamePattern(std::string text);

  const std::string& text() const { return text_; }  // as written
  bool is_regex() const { return regex_ != nullptr; }
  // Neither a glob nor a regular expression: somebody's whole name.
  bool is_literal() const { return literal_; }
  int groups() const { return groups_; }  // of a regular expression

  bool matches(const std::string& name) const;
  // What the groups of a regular expression matched, from group 1 on; a group
  // that took no part is empty. None where the name does not match.
  std::optional<std::vector<std::string>> captures(
      const std::string& name) const;

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> regex_;
  bool literal_ = false;
  bool all_ = false;  // `**`, which names everything
  int groups_ = 0;
};

// The first of them that matches; null where none does.
const NamePattern* first_match(const std::vector<NamePattern>& patterns,
                               const std::string& name);

}  // namespace dregs
