// Reads lists of images in use from files and from stdin
// (retention-rules.md#3.12, #4).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/facts/in_use.h"

namespace dregs {

struct InUseFiles {
  std::vector<InUseList> lists;
  // A list that is empty or older than a day is refused: it may not name what
  // is in use today.
  std::vector<Refusal> refusals;
};

// "-" is stdin; it may be given once. Throws InUseError, and std::runtime_error
// where a file cannot be read.
InUseFiles read_in_use(const std::vector<std::string>& files,
                       std::int64_t now_ns);

// Refuses each list that names nothing in this store: it probably belongs to
// another registry. `found` holds for each list how many of its references are
// here.
std::vector<Refusal> foreign_lists(const std::vector<InUseList>& lists,
                                   const std::vector<std::size_t>& found);

}  // namespace dregs
