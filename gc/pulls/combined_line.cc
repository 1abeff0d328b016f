#include "gc/pulls/combined_line.h"

#include "gc/pulls/log_time.h"
#include "gc/pulls/quoted.h"

namespace dregs {
namespace {

std::optional<int> status_of(std::string_view word) {
  if (word.size() != 3) return std::nullopt;
  int status = 0;
  for (const char c : word) {
    if (c < '0' || c > '9') return std::nullopt;
    status = status * 10 + (c - '0');
  }
  return status;
}

// Reads "METHOD TARGET PROTOCOL". HTTP/0.9 had no protocol.
bool read_request(std::string_view text, LoggedRequest& request) {
  request.method = take_word(text);
  request.target = take_word(text);
  return !request.method.empty() && !request.target.empty();
}

// Reads what follows the request: STATUS BYTES, and perhaps "REFERER" "AGENT".
bool read_rest(std::string_view rest, LoggedRequest& request) {
  if (!rest.starts_with(' ')) return false;
  rest.remove_prefix(1);
  const auto status = status_of(take_word(rest));
  if (!status) return false;
  request.status = *status;
  take_word(rest);
  if (!rest.starts_with('"')) return true;
  if (!take_quoted(rest)) return false;
  if (!rest.starts_with(" \"")) return true;
  rest.remove_prefix(1);
  const auto agent = take_quoted(rest);
  if (!agent) return false;
  request.agent = *agent;
  return true;
}

}  // namespace

std::optional<LoggedRequest> parse_combined_line(std::string_view line) {
  constexpr std::string_view kBehindTime = "] ";
  constexpr std::size_t kLongestTime = 40;  // so that no line takes its square
  for (std::size_t at = line.find('['); at != std::string_view::npos;
       at = line.find('[', at + 1)) {
    const std::string_view text = line.substr(at + 1, kLongestTime);
    const std::size_t end = text.find(kBehindTime);
    if (end == std::string_view::npos) continue;
    const auto time = parse_common_log_time(text.substr(0, end));
    if (!time) continue;
    LoggedRequest request;
    request.at_s = *time;
    std::string_view rest = line.substr(at + 1 + end + kBehindTime.size());
    const auto quoted = take_quoted(rest);
    if (!quoted) return std::nullopt;
    // A line may hold something other than a request, such as a TLS greeting.
    // It is a known line all the same.
    if (!read_request(*quoted, request)) request.method = "-";
    if (!read_rest(rest, request)) return std::nullopt;
    return request;
  }
  return std::nullopt;
}

}  // namespace dregs
