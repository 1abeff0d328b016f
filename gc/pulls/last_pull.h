// last_pull_of() says when an image was last pulled: by a tag, by its digest,
// or by the digest of a child (retention-rules.md#5). It reads manifests. Any
// thread may call it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gc/pulls/pull_times.h"
#include "scanner/formats/digest.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// Returns ns since the epoch, and none where no pull is known. An empty `tag`
// means no tag.
std::optional<std::int64_t> last_pull_of(const PullTimes& pulls,
                                         const StoreReader& store,
                                         const std::string& repository,
                                         const std::string& tag,
                                         const Digest& manifest);

}  // namespace dregs
