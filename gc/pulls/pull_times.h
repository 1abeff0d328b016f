// When each tag and digest was last pulled, and since when that is known
// (retention-rules.md#5): what `dregs pulls` keeps in its state file and
// `pulled_within` and `ls --sort pulled` ask. A value; names in it are as
// servers accept them.
//
// For whoever decides by it: a digest that was pulled counts for every tag that
// reaches it, which the caller knows; what was never pulled is only known not
// to have been since known_since_ns(); and none known is no knowledge at all.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dregs {

class PullTimes {
 public:
  // By reference: a tag, or "sha256:HEX". Seconds since epoch.
  using References = std::map<std::string, std::int64_t, std::less<>>;

  // Keeps the later time: to note the same again changes nothing, in whatever
  // order. Names that no server accepts are not noted: false.
  bool note_pull(std::string_view repository, std::string_view reference,
                 std::int64_t at_s);
  // Keeps the earlier time.
  void note_known_since(std::int64_t at_s);

  // ns since epoch.
  std::optional<std::int64_t> last_pull_ns(std::string_view repository,
                                           std::string_view reference) const;
  // From here on every pull is known; ns since epoch. None: nothing is known.
  std::optional<std::int64_t> known_since_ns() const;

  const std::map<std::string, References, std::less<>>& repositories() const {
    return repositories_;
  }

  bool operator==(const PullTimes&) const = default;

 private:
  std::optional<std::int64_t> since_s_;
  std::map<std::string, References, std::less<>> repositories_;
};

// The state file's text: JSON, schema dregs.pulls/1, sorted, a reference a
// line. The same value gives the same bytes.
std::string pulls_text(const PullTimes& pulls);

// Pure; `name` is the file's, for messages. Throws std::runtime_error, in one
// line, for what is no such state, or was changed or cut short.
PullTimes parse_pulls(std::string_view text, const std::string& name);

}  // namespace dregs
