// A table on stdout that fits: names give way before numbers do. Pure, but
// for print().
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/terminal.h"

namespace dregs {

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string head;
    Align align = Align::left;
    bool shrinks = false;  // may be cut short with an ellipsis
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns, already escaped.
  void add(std::vector<std::string> cells) {
    rows_.push_back(std::move(cells));
  }
  bool empty() const { return rows_.empty(); }

  // Lines without their ends, the heads first. 0: as wide as it needs.
  std::vector<std::string> lines(unsigned width) const;

  // To stdout, in the terminal's width; whole where stdout is no terminal, so
  // that scripts see whole names.
  void print(const Palette& palette) const;

 private:
  std::vector<std::size_t> widths(unsigned limit) const;
  std::string line(const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dregs
