// Where the keys that are still to be listed are cut in two, so that several
// connections list them. Pure functions of keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dregs {

// The keys behind `after` up to `up_to`, which belongs to it; an empty `up_to`
// means all that follow.
struct KeyRange {
  std::string after;
  std::string up_to;

  bool holds(std::string_view key) const {
    return up_to.empty() || key <= up_to;
  }
};

// A page has been listed that went from `first` to `last`, of a range that goes
// on up to `up_to`. Returns a string between `last` and `up_to` that cuts what
// is still to come: about in the middle where the page says how dense the keys
// are, or else behind the folder that the page is in. None where the rest is
// not worth a request more.
std::optional<std::string> cut_behind(std::string_view first,
                                      std::string_view last,
                                      std::string_view up_to);

}  // namespace dregs
