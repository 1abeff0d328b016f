// When an image was last pulled by a tag, by its digest, or by that of anything
// that it is an index of (retention-rules.md#5). Reads manifests; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gc/pulls/pull_times.h"
#include "scanner/formats/digest.h"

namespace dregs {

// ns since epoch; none where no pull of it is known. An empty tag is none.
// `v2` is borrowed.
std::optional<std::int64_t> last_pull_of(const PullTimes& pulls, int v2,
                                         const std::string& repository,
                                         const std::string& tag,
                                         const Digest& manifest);

}  // namespace dregs
