#include "gc/rules/name_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "gc/names/image_ref.h"

namespace dregs {
namespace {

std::shared_ptr<const re2::RE2> compiled(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<const re2::RE2>(
      re2::StringPiece(text.data(), text.size()), options);
  if (!regex->ok())
    throw PatternError(fmt::format(
        "'/{}/' is not a regular expression: {}{}", text, regex->error(),
        text.find("(?") == std::string_view::npos
            ? ""
            : "; expressions that look ahead or behind are not known"));
  return regex;
}

}  // namespace

NamePattern::NamePattern(std::string text) : text_(std::move(text)) {
  if (text_.empty()) throw PatternError("a pattern is empty");
  if (text_.front() == '/') {
    if (text_.size() < 3 || text_.back() != '/')
      throw PatternError(fmt::format(
          "'{}' begins like a regular expression, and does not end with '/'",
          text_));
    regex_ = compiled(std::string_view(text_).substr(1, text_.size() - 2));
    groups_ = regex_->NumberOfCapturingGroups();
    return;
  }
  literal_ = !is_glob(text_);
  all_ = text_ == "**";
}

bool NamePattern::matches(const std::string& name) const {
  if (all_) return true;
  if (regex_ != nullptr) return re2::RE2::PartialMatch(name, *regex_);
  return literal_ ? name == text_ : glob_matches(text_, name);
}

std::optional<std::vector<std::string>> NamePattern::captures(
    const std::string& name) const {
  if (regex_ == nullptr) return std::nullopt;
  const auto count = static_cast<std::size_t>(groups_) + 1;
  std::vector<re2::StringPiece> found(count);
  if (!regex_->Match(name, 0, name.size(), re2::RE2::UNANCHORED, found.data(),
                     static_cast<int>(count)))
    return std::nullopt;
  std::vector<std::string> captured(count - 1);
  std::transform(found.begin() + 1, found.end(), captured.begin(),
                 [](const re2::StringPiece& piece) {
                   return piece.data() == nullptr ? std::string()
                                                  : piece.as_string();
                 });
  return captured;
}

const NamePattern* first_match(const std::vector<NamePattern>& patterns,
                               const std::string& name) {
  const auto found =
      std::find_if(patterns.begin(), patterns.end(),
                   [&](const NamePattern& each) { return each.matches(name); });
  return found == patterns.end() ? nullptr : &*found;
}

}  // namespace dregs
