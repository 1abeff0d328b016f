#include "gc/cache/manifest_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "scanner/formats/sha256.h"
#include "scanner/formats/text.h"

namespace dregs {

ManifestCache::ManifestCache(std::string file, std::uint64_t identity, Say say)
    : file_(std::move(file)),
      identity_(identity),
      say_(std::move(say)),
      old_file_(open_followed(AT_FDCWD, file_.c_str())) {
  const int error = errno;
  try {
    target_ = target_of(file_);
  } catch (const std::runtime_error&) {
    old_.foreign = true;  // the system said why it cannot be opened
  }
  if (old_file_)
    old_ = read_cache_index(old_file_.get(), identity_);
  else if (error != ENOENT)
    old_ = {{}, fmt::format("cannot be read: {}", std::strerror(error)), true};
  if (!old_.wrong.empty()) tell(old_.wrong + "; all manifests are read");
  asked_.resize(old_.entries.size());
}

void ManifestCache::tell(const std::string& what) const {
  say_(fmt::format("the cache {} {}", escaped(file_), what));
}

std::optional<std::string> ManifestCache::find(const Blob& blob) {
  const auto at = std::ranges::lower_bound(old_.entries, blob.digest, {},
                                           &CacheEntry::digest);
  if (at == old_.entries.end() || at->digest != blob.digest)
    return std::nullopt;
  const bool is_same = at->is_of(blob);
  auto bytes = is_same ? read(*at) : std::nullopt;
  const std::scoped_lock lock(mutex_);
  if (bytes)
    asked_[static_cast<std::size_t>(at - old_.entries.begin())] = 1;
  else
    ++(is_same ? damaged_ : written_anew_);
  return bytes;
}

std::optional<std::string> ManifestCache::read(const CacheEntry& entry) const {
  auto bytes = read_part(old_file_.get(), entry.offset, entry.size);
  if (bytes && sha256(*bytes) != entry.digest) bytes.reset();
  return bytes;
}

void ManifestCache::keep(const Blob& blob, std::string_view bytes) {
  if (old_.foreign || bytes.size() != blob.size) return;
  const std::scoped_lock lock(mutex_);
  add({blob.digest, blob.inode, blob.size, blob.changed_ns, 0}, bytes);
}

void ManifestCache::begin() {
  new_file_ = std::make_unique<FileBeside>(target_);
  const std::string head = cache_head(identity_);
  new_file_->append(head);
  offset_ = head.size();
}

void ManifestCache::add(const CacheEntry& entry, std::string_view bytes) {
  if (!new_file_) begin();
  if (new_file_->error() != 0) return;
  new_file_->append(bytes);
  entries_.push_back(entry);
  entries_.back().offset = offset_;
  offset_ += bytes.size();
}

void ManifestCache::add_what_was_asked_for() {
  for (std::size_t i = 0; i < old_.entries.size(); ++i)
    if (asked_[i] != 0)
      if (const auto bytes = read(old_.entries[i]))
        add(old_.entries[i], *bytes);
}

void ManifestCache::save() {
  const std::scoped_lock lock(mutex_);
  if (damaged_ != 0)
    tell(fmt::format("is damaged in {}; what is in the bucket was read",
                     counted(damaged_, "manifest", "manifests")));
  if (written_anew_ != 0)
    tell(fmt::format("is older than {} in the bucket; what is there was read",
                     counted(written_anew_, "manifest", "manifests")));
  const bool all_asked_for =
      std::ranges::find(asked_, std::uint8_t{0}) == asked_.end();
  if (!new_file_ && all_asked_for) return;
  add_what_was_asked_for();
  if (!new_file_) return;
  new_file_->append(cache_end(identity_, entries_, offset_));
  if (const int error = new_file_->take_place(); error != 0)
    tell(fmt::format("was not written: {}", std::strerror(error)));
}

}  // namespace dregs
