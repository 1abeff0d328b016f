// Whatever the lines of a log: what is noted has names that servers accept, the
// state that is written of it is read back as it was, and to read the log once
// more changes nothing.
#include "gc/pulls/fold_log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"

namespace dregs {
namespace {

void fold(std::string_view bytes, PullTimes& pulls) {
  constexpr std::int64_t kSomeNow_s = 1'795'763'648;
  const FoldOptions options{{"Trivy*"}, kSomeNow_s};
  LogFolder folder(options, pulls);
  for (std::uint64_t number = 1; !bytes.empty(); ++number) {
    const std::size_t end = bytes.find('\n');
    folder.fold({bytes.substr(0, end), number, end != std::string_view::npos});
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  const FoldedLines folded = folder.finish();
  require(folded.foreign >= folded.foreign_at.size(), "what is told was met");
  require(pulls.repositories().empty() || folded.pulls > 0,
          "nothing is known without a pull");
}

}  // namespace

void fuzz_log(std::string_view bytes) {
  PullTimes pulls;
  fold(bytes, pulls);
  const std::string text = pulls_text(pulls);
  require(parse_pulls(text, "fuzz") == pulls, "a state is read as written");
  fold(bytes, pulls);
  require(pulls_text(pulls) == text, "what is read twice counts once");
}

}  // namespace dregs

#ifndef DREGS_REPLAY
void fuzz_one(std::string_view bytes);
void fuzz_one(std::string_view bytes) { dregs::fuzz_log(bytes); }
#endif
