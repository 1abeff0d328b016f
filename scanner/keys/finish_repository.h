// finish_repository() makes of a repository's keys what a scan makes of its
// folders: the same parts, findings and pins (format.md#1.1 to #1.6, #2).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scanner/inventory/repository_report.h"
#include "scanner/keys/repository_keys.h"

namespace dregs {

// A revision with a signature that is named below it (format.md#P4).
using RevisionSignature = std::pair<Digest, Digest>;

struct FinishedRepository {
  RepositoryScan scan;
  std::vector<RevisionSignature> signatures;  // sorted
};

// `keys` are finished, and what had to be read is in them. Uploads of which
// only a pending multipart upload is known are already among `pending`. Pure.
FinishedRepository finish_repository(const std::string& name, bool hidden,
                                     RepositoryKeys keys,
                                     std::vector<Upload> pending);

}  // namespace dregs
