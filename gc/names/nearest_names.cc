#include <algorithm>
#include <numeric>

#include "gc/names/selection.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

// Levenshtein's, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

// A name without its folder, or a part of one, is what people forget.
std::size_t distance(const std::string& wanted, const std::string& name) {
  const std::string_view last = layout::last_component(name);
  if (last == layout::last_component(wanted)) return 0;
  if (wanted.size() > 2 && name.find(wanted) != std::string::npos) return 1;
  return edit_distance(wanted, name);
}

}  // namespace

std::vector<std::string> nearest_names(const std::string& wanted,
                                       const std::vector<std::string>& names,
                                       std::size_t most) {
  const std::size_t farthest = std::max<std::size_t>(2, wanted.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& name : names) {
    const std::size_t away = distance(wanted, name);
    if (away <= farthest) near.emplace_back(away, name);
  }
  std::sort(near.begin(), near.end());
  if (near.size() > most) near.resize(most);
  std::vector<std::string> nearest;
  nearest.reserve(near.size());
  for (auto& [away, name] : near) nearest.push_back(std::move(name));
  return nearest;
}

}  // namespace dregs
