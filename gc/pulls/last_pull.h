// last_pull_of() says when an image was last pulled: by a tag, by its digest,
// or by the digest of a child (retention-rules.md#5). It reads manifests. Any
// thread may call it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gc/pulls/pull_times.h"
#include "scanner/formats/digest.h"

namespace dregs {

// Returns ns since the epoch, and none where no pull is known. An empty `tag`
// means no tag. `v2` is borrowed.
std::optional<std::int64_t> last_pull_of(const PullTimes& pulls, int v2,
                                         const std::string& repository,
                                         const std::string& tag,
                                         const Digest& manifest);

}  // namespace dregs
