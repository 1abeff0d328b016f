// What lists of images in use name in a store (retention-rules.md#3.12). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gc/mark/survey.h"
#include "gc/retention/in_use.h"

namespace dregs {

// What names each, as listed.
struct UsedParts {
  std::map<std::uint32_t, std::string> tags;  // by position
  std::map<DigestId, std::string> manifests;  // with the indexes above them
};

struct UsedImages {
  std::vector<UsedParts> repositories;  // by position
  // How many references of each list name a tag or a manifest that is here.
  std::vector<std::size_t> found;
};

// A digest alone means that manifest wherever it is, or the images that have it
// for their configuration, as Docker names images. So does one in a repository
// that is not here.
UsedImages find_used(const Survey& survey, const std::vector<InUseList>& lists);

}  // namespace dregs
