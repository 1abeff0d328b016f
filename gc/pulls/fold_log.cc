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

}  // namespace

void LogFolder::fold(const ReadLine& line) {
  if (line.too_long) {
    drop_begun();
    ++folded_.lines;
    return count_foreign(line.number);
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
  count_foreign(begun_at_);
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
      return fold_request(line.request);
    case LogLine::Kind::events:
      for (const LoggedEvent& event : line.events) fold_event(event);
      return;
    case LogLine::Kind::silent:
      ++folded_.silent;
      return;
    case LogLine::Kind::foreign:
      return count_foreign(number);
  }
}

void LogFolder::fold_request(const LoggedRequest& request) {
  if (is_for_a_registry(request.target)) note_known(request.at_s);
  const auto manifest = manifest_of(request.target);
  if (!manifest || !is_pull_method(request.method)) {
    ++folded_.other_requests;
  } else if (!is_success(request.status)) {
    ++folded_.failed;
  } else if (is_ignored(request.agent)) {
    ++folded_.ignored_agents;
  } else if (pulls_.note_pull(manifest->repository, manifest->reference,
                              request.at_s)) {
    ++folded_.pulls;
  } else {
    ++folded_.illegal_names;
  }
}

void LogFolder::fold_event(const LoggedEvent& event) {
  note_known(event.at_s);
  if (event.references.empty() ||
      (!event.method.empty() && !is_pull_method(event.method))) {
    ++folded_.other_requests;
    return;
  }
  if (is_ignored(event.agent)) {
    ++folded_.ignored_agents;
    return;
  }
  bool noted = false;
  for (const std::string& reference : event.references)
    noted |= pulls_.note_pull(event.repository, reference, event.at_s);
  ++(noted ? folded_.pulls : folded_.illegal_names);
}

// A log from a wrong clock must not claim knowledge of the future.
void LogFolder::note_known(std::int64_t at_s) {
  if (at_s <= options_.now_s) pulls_.note_known_since(at_s);
}

bool LogFolder::is_ignored(const std::string& agent) const {
  constexpr std::size_t kLongestAgent = 1024;  // of the rest nobody speaks
  const std::string beginning = agent.substr(0, kLongestAgent);
  return std::any_of(
      options_.ignored_agents.begin(), options_.ignored_agents.end(),
      [&](const std::string& glob) {
        return ::fnmatch(glob.c_str(), beginning.c_str(), FNM_CASEFOLD) == 0;
      });
}

void LogFolder::count_foreign(std::uint64_t number) {
  constexpr std::size_t kMostTold = 3;
  ++folded_.foreign;
  if (folded_.foreign_at.size() < kMostTold)
    folded_.foreign_at.push_back(number);
}

}  // namespace dregs
