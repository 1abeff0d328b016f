// ManifestCache is the file of `--cache`: the manifests that an earlier run
// read from a bucket, by digest, each with the ETag, the size and the time that
// its object had (object-storage.md#3.4). It saves requests and decides
// nothing. Where the file is wrong, the user is told so, and every manifest is
// read from the bucket.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gc/cache/cache_index.h"
#include "gc/saved/file_beside.h"
#include "scanner/files/descriptor.h"
#include "scanner/store/known_manifests.h"

namespace dregs {

class ManifestCache final : public KnownManifests {
 public:
  // What the user is to know, in one line.
  using Say = std::function<void(const std::string&)>;

  // `identity` tells the bucket from others. The file need not exist.
  ManifestCache(std::string file, std::uint64_t identity, Say say);

  std::optional<std::string> find(const Blob& blob) override;
  void keep(const Blob& blob, std::string_view bytes) override;

  // Writes the file anew, with what was asked for and nothing else, where that
  // is not what it holds. Nobody asks afterwards.
  void save();

 private:
  void add(const CacheEntry& entry, std::string_view bytes);
  void begin();
  void add_what_was_asked_for();
  std::optional<std::string> read(const CacheEntry& entry) const;
  void tell(const std::string& what) const;

  const std::string file_;
  std::filesystem::path target_;  // at the end of symbolic links
  const std::uint64_t identity_;
  const Say say_;
  Descriptor old_file_;
  CacheIndex old_;
  std::mutex mutex_;                 // guards the members below
  std::vector<std::uint8_t> asked_;  // parallel to the old entries
  std::size_t damaged_ = 0;
  std::size_t written_anew_ = 0;  // in the bucket, since
  std::vector<CacheEntry> entries_;
  std::unique_ptr<FileBeside> new_file_;  // none before the first manifest
  std::uint64_t offset_ = 0;
};

}  // namespace dregs
