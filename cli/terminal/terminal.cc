#include "cli/terminal/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <system_error>

#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings{250};

bool is_dumb() {
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) == "dumb";
}

bool wants_colour(Colour wanted) {
  if (wanted != Colour::automatic) return wanted == Colour::always;
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 &&
         (no_color == nullptr || *no_color == '\0') && !is_dumb();
}

unsigned width_of(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

void draw(const std::string& text) {
  const std::string line =
      "\r\x1b[K" + text.substr(0, width_of(STDERR_FILENO) - 1);
  fmt::print(stderr, "{}", line);
  (void)std::fflush(stderr);
}

}  // namespace

Palette::Palette(Colour wanted) : coloured_(wants_colour(wanted)) {}

std::string Palette::in(const char* code, const std::string& text) const {
  return coloured_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

std::string Palette::error(const std::string& text) const {
  return in("31;1", text);
}
std::string Palette::warning(const std::string& text) const {
  return in("33", text);
}
std::string Palette::strong(const std::string& text) const {
  return in("1", text);
}
std::string Palette::faint(const std::string& text) const {
  return in("2", text);
}

unsigned terminal_width() { return width_of(STDOUT_FILENO); }

ProgressLine::ProgressLine(bool wanted, std::function<std::string()> describe)
    : describe_(std::move(describe)) {
  if (!wanted || ::isatty(STDERR_FILENO) != 1 || is_dumb()) return;
  try {
    drawer_ = std::jthread(
        [this](const std::stop_token& token) { draw_until(token); });
  } catch (const std::system_error&) {
    // No thread to be had; the work is worth more than a line about it.
  }
}

void ProgressLine::draw_until(const std::stop_token& token) const {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  // Nothing is drawn for what takes no time at all.
  while (!woken.wait_for(lock, token, kBetweenDrawings,
                         [&] { return token.stop_requested(); }))
    draw(describe_());
  draw("");
}

ProgressLine::~ProgressLine() = default;

std::string progress_text(std::uint64_t done, std::uint64_t all,
                          double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0.0;
  if (all == 0 || rate <= 0)
    return fmt::format("{}, {}/s", grouped(done),
                       grouped(static_cast<std::uint64_t>(rate)));
  const double left = static_cast<double>(all - std::min(done, all)) / rate;
  return fmt::format("{} of {} ({} %), {}/s, {:.0f} s left", grouped(done),
                     grouped(all), 100 * done / all,
                     grouped(static_cast<std::uint64_t>(rate)), left);
}

}  // namespace dregs
