#include "gc/cache/cache_index.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "scanner/files/descriptor.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

struct Trailer {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;  // of the first entry
  Digest seal;
};
static_assert(sizeof(Trailer) == 48);

// The machine's own byte order: the file does not leave it.
template <class Value>
std::string_view bytes_of(const Value& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string_view bytes_of(const std::vector<CacheEntry>& entries) {
  return {reinterpret_cast<const char*>(entries.data()),
          entries.size() * sizeof(CacheEntry)};
}

Digest seal_of(std::string_view head, std::string_view entries,
               const Trailer& trailer) {
  Sha256 hasher;
  hasher.update(head);
  hasher.update(entries);
  hasher.update(bytes_of(trailer.offset));
  return hasher.finish();
}

CacheIndex nothing(std::string wrong, bool foreign = false) {
  return {{}, std::move(wrong), foreign};
}

std::vector<CacheEntry> entries_in(std::string_view bytes) {
  std::vector<CacheEntry> entries(bytes.size() / sizeof(CacheEntry));
  if (!bytes.empty()) std::memcpy(entries.data(), bytes.data(), bytes.size());
  return entries;
}

bool lie_before(const std::vector<CacheEntry>& entries, std::uint64_t end) {
  return std::ranges::all_of(entries, [&](const CacheEntry& entry) {
    return entry.offset <= end && entry.size <= end - entry.offset;
  });
}

// What is between the manifests and the seal, where the sizes fit.
std::optional<std::string> entries_of(int file, std::uint64_t size,
                                      const Trailer& trailer) {
  const std::uint64_t most = size / sizeof(CacheEntry);
  if (trailer.entries > most || trailer.offset > size) return std::nullopt;
  const std::uint64_t bytes = trailer.entries * sizeof(CacheEntry);
  if (trailer.offset + bytes + sizeof(Trailer) != size) return std::nullopt;
  return read_part(file, trailer.offset, bytes);
}

std::optional<Trailer> trailer_of(int file, std::uint64_t size) {
  if (size < sizeof(Trailer)) return std::nullopt;
  const auto bytes = read_part(file, size - sizeof(Trailer), sizeof(Trailer));
  if (!bytes) return std::nullopt;
  Trailer trailer;
  std::memcpy(&trailer, bytes->data(), sizeof trailer);
  return trailer;
}

// As a power cut leaves a file that was not yet on the disk.
bool is_blank(std::string_view begin) {
  return begin.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

std::optional<std::string> read_part(int file, std::uint64_t offset,
                                     std::uint64_t size) {
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size;) {
    const ssize_t got = ::pread(file, bytes.data() + at, size - at,
                                static_cast<off_t>(offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string cache_head(std::uint64_t identity) {
  return fmt::format("{}{:016x}\n", kCacheSchema, identity);
}

std::string cache_end(std::uint64_t identity, std::vector<CacheEntry> entries,
                      std::uint64_t offset) {
  std::ranges::sort(entries, {}, &CacheEntry::digest);
  Trailer trailer{entries.size(), offset, {}};
  trailer.seal = seal_of(cache_head(identity), bytes_of(entries), trailer);
  std::string end(bytes_of(entries));
  end += bytes_of(trailer);
  return end;
}

CacheIndex read_cache_index(int file, std::uint64_t identity) {
  FileStatus status;
  if (descriptor_status(file, status) != 0 || !status.regular())
    return nothing("is not a file", true);
  const std::string right = cache_head(identity);
  const std::string head =
      read_part(file, 0, std::min<std::uint64_t>(status.size, right.size()))
          .value_or("");
  if (!is_blank(head) && !head.starts_with(kCacheSchema))
    return nothing("is not one that dregs wrote, and is left alone", true);
  const auto trailer = trailer_of(file, status.size);
  const auto bytes =
      trailer ? entries_of(file, status.size, *trailer) : std::nullopt;
  if (!bytes || seal_of(head, *bytes, *trailer) != trailer->seal)
    return nothing("was changed or cut short");
  if (head != right) return nothing("is of another bucket");
  CacheIndex index;
  index.entries = entries_in(*bytes);
  if (!lie_before(index.entries, trailer->offset))
    return nothing("was changed or cut short");
  return index;
}

}  // namespace dregs
