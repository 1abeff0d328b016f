// A LayoutSource is an OCI layout that is read. Functions throw
// std::runtime_error with one line that names the file. Any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/layouts/layout_index.h"
#include "scanner/files/descriptor.h"

namespace dregs {

class LayoutSource {
 public:
  // Throws where the folder is no OCI layout, or one without an index.
  explicit LayoutSource(const std::string& path);

  const std::string& path() const { return path_; }
  const std::vector<LayoutEntry>& entries() const { return entries_; }

  // In bytes; none where the layout does not have the blob.
  std::optional<std::uint64_t> size_of(const Digest& digest) const;
  Descriptor open(const Digest& digest) const;
  // Hashed before it is believed. None where the layout does not have it.
  std::optional<std::string> manifest(const Digest& digest) const;

 private:
  std::string path_;
  std::vector<LayoutEntry> entries_;
  Descriptor blobs_;  // blobs/sha256
};

}  // namespace dregs
