// How images are called in tables. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/explain/image_summary.h"

namespace dregs {

// "sha256:" and 12 digits: enough for a person and for REPO@DIGEST.
std::string short_digest(const Digest& digest);
// The same of "alg:hex", of whatever algorithm.
std::string short_digest(const std::string& digest);

// "OCI image", "Docker list", "missing", "helm config" …; raw bytes.
std::string type_in_words(const ImageSummary& image);

std::string joined(const std::vector<std::string>& words);

// "2026-01-31 23:59", UTC.
std::string minute(std::int64_t ns_since_epoch);

}  // namespace dregs
