// A NamePattern matches names of repositories or tags (retention-rules.md#2).
// It is a glob, as `rm` takes it, or a regular expression between slashes.
// Matching takes time linear in the length of the name, for every expression.
// Copies are cheap. Any number of threads may match.
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

// Says why a text is not a pattern, in a sentence without a full stop.
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
  // Is true where the pattern is a whole name: not a glob, and not a regular
  // expression.
  bool is_literal() const { return literal_; }
  int groups() const { return groups_; }  // of a regular expression

  bool matches(const std::string& name) const;
  // Returns what each group of a regular expression matched, from group 1 on. A
  // group that matched nothing is empty. Returns none where the name does not
  // match.
  std::optional<std::vector<std::string>> captures(
      const std::string& name) const;

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> regex_;
  bool literal_ = false;
  bool all_ = false;  // `**`, which names everything
  int groups_ = 0;
};

// Returns the first pattern that matches, or null.
const NamePattern* first_match(const std::vector<NamePattern>& patterns,
                               const std::string& name);

}  // namespace dregs
