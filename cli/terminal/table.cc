#include "cli/terminal/table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

namespace dregs {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), begins_character));
}

// Cut in the middle: names differ at both of their ends.
std::string cut(const std::string& text, std::size_t width) {
  const std::size_t all = characters(text);
  if (all <= width) return text;
  const std::size_t front = width / 2;
  const std::size_t back = width - front - 1;
  std::string kept;
  std::size_t position = 0;
  for (const char c : text) {
    if (begins_character(c)) ++position;
    if (position == front + 1 && begins_character(c)) kept += "…";
    if (position <= front || position > all - back) kept += c;
  }
  return kept;
}

}  // namespace

std::vector<std::size_t> Table::widths(unsigned limit) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_)
    widths.push_back(characters(column.head));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], characters(row[i]));
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(),
                           kGap * (widths.size() - 1));
  };
  while (limit > 0 && total() > limit) {
    // The widest of those that may gives one up.
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (columns_[i].shrinks && widths[i] > kNarrowest &&
          (widest == nullptr || widths[i] > *widest))
        widest = &widths[i];
    if (widest == nullptr) break;
    --*widest;
  }
  return widths;
}

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = cut(cells[i], widths[i]);
    const std::string padding(widths[i] - characters(cell), ' ');
    if (i > 0) text.append(kGap, ' ');
    text += columns_[i].align == Align::right ? padding + cell : cell + padding;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<std::string> Table::lines(unsigned width) const {
  const std::vector<std::size_t> all = widths(width);
  std::vector<std::string> heads;
  for (const Column& column : columns_) heads.push_back(column.head);
  std::vector<std::string> lines = {line(heads, all)};
  for (const auto& row : rows_) lines.push_back(line(row, all));
  return lines;
}

void Table::print(const Palette& palette) const {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  std::vector<std::string> all = lines(terminal ? terminal_width() : 0);
  all.front() = palette.faint(all.front());
  for (const std::string& each : all) fmt::print("{}\n", each);
}

}  // namespace dregs
