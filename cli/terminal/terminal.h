// What the terminal can do, and a line of progress on it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "cli/arguments/options.h"

namespace dregs {

// Colours for stdout, or nothing where there are none.
class Palette {
 public:
  explicit Palette(Colour wanted);
  std::string error(const std::string& text) const;
  std::string warning(const std::string& text) const;
  std::string strong(const std::string& text) const;
  std::string faint(const std::string& text) const;

 private:
  std::string in(const char* code, const std::string& text) const;
  bool coloured_ = false;
};

// Columns of the terminal on stdout; 80 where it is none.
unsigned terminal_width();

// Redraws one line on stderr four times a second from what `describe` says,
// and clears it at the end. Does nothing where stderr is not a terminal, or one
// that cannot go back in its line (TERM=dumb).
class ProgressLine {
 public:
  ProgressLine(bool wanted, std::function<std::string()> describe);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void draw_until(const std::stop_token& token) const;

  std::function<std::string()> describe_;
  std::jthread drawer_;
};

// "1,234 of 5,678 (21 %), 4,000/s, 3 s left".
std::string progress_text(std::uint64_t done, std::uint64_t all,
                          double seconds);

}  // namespace dregs
