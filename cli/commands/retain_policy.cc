#include "cli/commands/retain_policy.h"

#include <fmt/format.h>

#include <stdexcept>

#include "gc/rules/policy_file.h"
#include "gc/rules/tag_group.h"
#include "gc/saved/user_file.h"
#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

[[noreturn]] void wrong(const std::string& why) {
  throw std::runtime_error(why);
}

bool keeps_by_flags(const RetainWords& words) {
  return words.keep_last || !words.keep_within.empty() || words.keep_revisions;
}

// Calls make(). Its error message then begins with the flag.
template <class Make>
auto value_of(const std::string& flag, const Make& make) {
  try {
    return make();
  } catch (const AgeError& error) {
    wrong(fmt::format("{}: {}", flag, error.what()));
  } catch (const PatternError& error) {
    wrong(fmt::format("{}: {}", flag, error.what()));
  }
}

RetentionPolicy policy_of_file(const RetainWords& words) {
  if (keeps_by_flags(words) || !words.keep_tags.empty() || !words.per.empty())
    wrong("--policy says what stays; leave --keep-… and --per out");
  for (const ImageRef& ref : parse_image_refs(words.refs))
    if (ref.tag || ref.hex)
      wrong(fmt::format(
          "'{}': with --policy only repositories can be named, and the policy "
          "names the tags",
          escaped(ref.text)));
  RetentionPolicy policy =
      words.policy_text ? parse_retention_policy(*words.policy_text,
                                                 escaped(words.policy_file))
                        : load_retention_policy(words.policy_file);
  if (words.min_kept) policy.min_kept = *words.min_kept;
  return policy;
}

// With `--per '^(\w+)-'` a group of tags shares what the parentheses match.
void group_by(const RetainWords& words, TagRule& rule) {
  if (words.per.empty()) return;
  value_of("--per", [&] {
    NamePattern pattern(words.per.starts_with('/')
                            ? words.per
                            : fmt::format("/{}/", words.per));
    for (int n = 1; n <= pattern.groups() && n < 10; ++n)
      rule.per = fmt::format("{}{}${}", rule.per, n == 1 ? "" : "-", n);
    rule.tags = {pattern};
    if (rule.per.empty())
      throw PatternError(
          "the expression has no group; put parentheses around what "
          "the tags of a group have in common");
    return 0;
  });
}

class FlagPolicy {
 public:
  explicit FlagPolicy(const RetainWords& words) : words_(words) {}

  RetentionPolicy run() {
    check();
    policy_.origin = "the command line";
    policy_.min_kept = words_.min_kept.value_or(policy_.min_kept);
    policy_.protected_tags = protected_by_default();
    for (const std::string& tag : words_.keep_tags)
      policy_.protected_tags.push_back(
          value_of("--keep-tag", [&] { return NamePattern(tag); }));
    if (!words_.keep_within.empty())
      within_ = value_of("--keep-within",
                         [&] { return parse_age(words_.keep_within); });
    for (const ImageRef& ref : parse_image_refs(words_.refs)) add(ref);
    return std::move(policy_);
  }

 private:
  void check() const {
    if (words_.refs.empty())
      wrong(
          "say which repositories, as in dregs retain 'team/**' --keep-last "
          "10, or give a policy with --policy");
    if (!keeps_by_flags(words_))
      wrong(
          "say what stays: --keep-last N, --keep-within AGE, --keep-revisions "
          "N, or --policy FILE");
    if (!words_.per.empty() && !words_.keep_last)
      wrong("--per groups what --keep-last counts; give that, too");
  }

  void add(const ImageRef& ref) {
    if (ref.hex)
      wrong(fmt::format("'{}': name repositories or tags, and no digest",
                        escaped(ref.text)));
    if (ref.tag && !words_.per.empty())
      wrong(
          fmt::format("'{}': with --per name repositories; the expression "
                      "names the tags",
                      escaped(ref.text)));
    const auto pattern = [&](const std::string& text) {
      return value_of("REF", [&] { return NamePattern(text); });
    };
    if (words_.keep_last || within_) {
      TagRule rule;
      rule.repositories = {pattern(ref.repository)};
      rule.tags = {pattern(ref.tag.value_or("**"))};
      rule.keep = KeptTags{words_.keep_last, within_, std::nullopt};
      group_by(words_, rule);
      policy_.rules.push_back(std::move(rule));
    }
    if (!words_.keep_revisions) return;
    UntaggedRule rule;
    rule.repositories = {pattern(ref.repository)};
    rule.revisions = *words_.keep_revisions;
    rule.within = within_;
    policy_.untagged.push_back(std::move(rule));
  }

  const RetainWords& words_;
  RetentionPolicy policy_;
  std::optional<Age> within_;
};

}  // namespace

RetentionPolicy load_retention_policy(const std::string& file) {
  return parse_retention_policy(read_file(file), escaped(file));
}

RetentionPolicy policy_of(const RetainWords& words) {
  return words.policy_file.empty() ? FlagPolicy(words).run()
                                   : policy_of_file(words);
}

}  // namespace dregs
