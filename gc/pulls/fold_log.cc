#include "gc/pulls/fold_log.h"

#include <fnmatch.h>

#include <algorithm>

#include "gc/pulls/manifest_request.h"

namespace dregs {
namespace {

bool is_pull_method(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// A server answers 304 to a client that already has the image. The client then
// uses it.
bool is_success(int status) {
  return (status >= 200 && status < 300) || status == 304;
}

// Judges a last line without an end. Without the agent, nobody knows who asked.
bool is_complete(std::string_view text, const LogLine& line) {
  if (line.kind == LogLine::Kind::foreign) return false;
  return text.ends_with('}') ||
         (text.ends_with('"') && !line.request.agent.empty());
}

// Takes one line of a JSON object that is printed over several lines.
bool continues(std::string_view line) {
  return line.empty() || line.front() == ' ' || line.front() == '\t' ||
         line.front() == '}' || line.front() == ']';
}

// Every common printer puts the last brace at the indentation of the first.
bool ends_an_object(std::string_view line) { return line.starts_with('}'); }

// Nobody speaks of an agent's text beyond these bytes.
constexpr std::size_t kLongestAgent = 1024;
constexpr std::size_t kMostForeignLinesTold = 3;

bool is_ignored(const std::string& agent, const FoldOptions& options) {
  const std::string beginning = agent.substr(0, kLongestAgent);
  return std::any_of(
      options.ignored_agents.begin(), options.ignored_agents.end(),
      [&](const std::string& glob) {
        return ::fnmatch(glob.c_str(), beginning.c_str(), FNM_CASEFOLD) == 0;
      });
}

// A log from a wrong clock must not claim knowledge of the future.
void note_known(std::int64_t at_s, const FoldOptions& options,
                PullTimes& pulls) {
  if (at_s <= options.now_s) pulls.note_known_since(at_s);
}

// Returns the count to which the request belongs.
std::uint64_t& fold_request(const LoggedRequest& request,
                            const FoldOptions& options, PullTimes& pulls,
                            FoldedLines& folded) {
  if (is_for_a_registry(request.target))
    note_known(request.at_s, options, pulls);
  const auto manifest = manifest_of(request.target);
  if (!manifest || !is_pull_method(request.method))
    return folded.other_requests;
  if (!is_success(request.status)) return folded.failed;
  if (is_ignored(request.agent, options)) return folded.ignored_agents;
  const bool noted =
      pulls.note_pull(manifest->repository, manifest->reference, request.at_s);
  return noted ? folded.pulls : folded.illegal_names;
}

// Returns the count to which the event belongs.
std::uint64_t& fold_event(const LoggedEvent& event, const FoldOptions& options,
                          PullTimes& pulls, FoldedLines& folded) {
  note_known(event.at_s, options, pulls);
  if (event.references.empty() ||
      (!event.method.empty() && !is_pull_method(event.method)))
    return folded.other_requests;
  if (is_ignored(event.agent, options)) return folded.ignored_agents;
  bool noted = false;
  for (const std::string& reference : event.references)
    noted |= pulls.note_pull(event.repository, reference, event.at_s);
  return noted ? folded.pulls : folded.illegal_names;
}

void count_foreign(std::uint64_t number, FoldedLines& folded) {
  ++folded.foreign;
  if (folded.foreign_at.size() < kMostForeignLinesTold)
    folded.foreign_at.push_back(number);
}

}  // namespace

void LogFolder::fold(const ReadLine& line) {
  if (line.too_long) {
    drop_begun();
    ++folded_.lines;
    return count_foreign(line.number, folded_);
  }
  if (begun_.empty() || !continues(line.text)) {
    drop_begun();
    return fold_text(line.text, line.number, line.ended);
  }
  begun_ += '\n';
  begun_ += line.text;
  if (begun_.size() > kLongestLogLine) return drop_begun();
  if (!ends_an_object(line.text)) return;
  const std::string whole = std::move(begun_);
  begun_.clear();
  fold_text(whole, begun_at_, line.ended);
}

FoldedLines LogFolder::finish() {
  if (!begun_.empty()) folded_.half_written = true;
  begun_.clear();
  return std::move(folded_);
}

// An object without an end counts as lines of no known format.
void LogFolder::drop_begun() {
  if (begun_.empty()) return;
  begun_.clear();
  ++folded_.lines;
  count_foreign(begun_at_, folded_);
}

void LogFolder::fold_text(std::string_view text, std::uint64_t number,
                          bool ended) {
  const LogLine line = parse_log_line(text);
  if (line.kind == LogLine::Kind::foreign && text.starts_with('{') &&
      begun_.empty() && number != begun_at_) {
    begun_ = text;
    begun_at_ = number;
    return;
  }
  if (!ended && !is_complete(text, line)) {
    folded_.half_written = true;
    return;
  }
  ++folded_.lines;
  switch (line.kind) {
    case LogLine::Kind::request:
      ++fold_request(line.request, options_, pulls_, folded_);
      return;
    case LogLine::Kind::events:
      for (const LoggedEvent& event : line.events)
        ++fold_event(event, options_, pulls_, folded_);
      return;
    case LogLine::Kind::silent:
      ++folded_.silent;
      return;
    case LogLine::Kind::foreign:
      return count_foreign(number, folded_);
  }
}

}  // namespace dregs
