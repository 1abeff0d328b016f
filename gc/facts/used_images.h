// find_used() looks up the images of in-use lists in a store
// (retention-rules.md#3.12). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gc/facts/in_use.h"
#include "gc/mark/survey.h"

namespace dregs {

// The value of each entry is the reference of the list that names it.
struct UsedParts {
  std::map<std::uint32_t, std::string> tags;  // by position
  std::map<DigestId, std::string> manifests;  // with the indexes above them
};

struct UsedImages {
  std::vector<UsedParts> repositories;  // by position
  // Counts for each list how many of its references name a tag or a manifest of
  // this store.
  std::vector<std::size_t> found;
};

// A digest without a repository means that manifest in every repository. It may
// also be the digest of a configuration, as Docker names images: then it means
// every image with that configuration. A digest in a repository that is not
// here is read the same way.
UsedImages find_used(const Survey& survey, const std::vector<InUseList>& lists);

}  // namespace dregs
