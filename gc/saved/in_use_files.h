// Lists of images in use, from files and stdin (retention-rules.md#3.12, #4).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/retention/in_use.h"

namespace dregs {

struct InUseFiles {
  std::vector<InUseList> lists;
  // A list that is empty, or older than a day, protects what was in use once.
  std::vector<Refusal> refusals;
};

// "-" is stdin, once. Throws std::runtime_error where one cannot be read, and
// InUseError.
InUseFiles read_in_use(const std::vector<std::string>& files,
                       std::int64_t now_ns);

// Of lists that name nothing that is here: they are another registry's.
// `found`: by list, how many of its references are here.
std::vector<Refusal> foreign_lists(const std::vector<InUseList>& lists,
                                   const std::vector<std::size_t>& found);

}  // namespace dregs
