// PullTimes says when each tag and digest was last pulled, and since when pulls
// are known (retention-rules.md#5). `dregs pulls` keeps it in its state file;
// `pulled_within` and `ls --sort pulled` use it. It is a value. Servers accept
// every name in it. A pull of a digest counts for every tag that leads to it;
// the caller knows these tags. What has no pull here was not pulled since
// known_since_ns(); before that, nobody knows.
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
  // The key is a tag or "sha256:HEX", the value seconds since the epoch.
  using References = std::map<std::string, std::int64_t, std::less<>>;

  // Keeps the later time, so noting a pull twice changes nothing. Returns false
  // for a name that no server accepts, and notes nothing.
  bool note_pull(std::string_view repository, std::string_view reference,
                 std::int64_t at_s);
  // Keeps the earlier time.
  void note_known_since(std::int64_t at_s);

  // Returns ns since the epoch.
  std::optional<std::int64_t> last_pull_ns(std::string_view repository,
                                           std::string_view reference) const;
  // Every pull since this time is known; ns since the epoch. None means that
  // nothing is known.
  std::optional<std::int64_t> known_since_ns() const;

  const std::map<std::string, References, std::less<>>& repositories() const {
    return repositories_;
  }

  bool operator==(const PullTimes&) const = default;

 private:
  std::optional<std::int64_t> since_s_;
  std::map<std::string, References, std::less<>> repositories_;
};

// Returns the text of the state file: JSON, schema dregs.pulls/1, sorted, one
// reference a line. The same value gives the same bytes.
std::string pulls_text(const PullTimes& pulls);

// `name` is the name of the file, for messages. Throws std::runtime_error with
// one line where the text is not such a state, or where it was changed or cut
// short. Pure.
PullTimes parse_pulls(std::string_view text, const std::string& name);

}  // namespace dregs
