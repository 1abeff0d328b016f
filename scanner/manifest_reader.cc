#include "scanner/manifest_reader.h"

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "scanner/sha256.h"

namespace dregs {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;
constexpr std::size_t kSniffed = 64;

// Fills `buffer` as far as the file goes; asks no more once there is `enough`.
// Returns bytes read or -errno.
ssize_t read_up_to(int fd, char* buffer, std::size_t size, std::size_t enough) {
  std::size_t filled = 0;
  while (filled < enough) {
    const ssize_t got = ::read(fd, buffer + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -errno;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(filled);
}

ManifestRead failed(int error) {
  ManifestRead read;
  read.error = error;
  return read;
}

ManifestRead conclude(std::string_view bytes, bool hashes_to_name) {
  ManifestRead read;
  read.state = hashes_to_name ? ManifestState::sound : ManifestState::corrupt;
  read.manifest = parse_manifest(bytes);
  if (!hashes_to_name) collect_mentioned_digests(bytes, read.manifest);
  return read;
}

// Nearly every manifest: one read into a buffer that the thread keeps. One
// byte more than expected is asked for, so that getting just what is expected
// means that there is no more.
ManifestRead read_small(int fd, const Blob& blob) {
  thread_local std::string buffer;
  buffer.resize(std::max<std::size_t>(buffer.size(), blob.size + 1));
  const ssize_t got = read_up_to(fd, buffer.data(), blob.size + 1,
                                 std::max<std::size_t>(blob.size, 1));
  if (got < 0) return failed(static_cast<int>(-got));
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  return conclude(bytes, sha256(bytes) == blob.digest);
}

ManifestRead too_large() {
  ManifestRead read;
  read.state = ManifestState::too_large;
  read.manifest.kind = ManifestKind::undecodable;
  return read;
}

// Streams what may be a layer that somebody calls a manifest, and keeps the
// bytes only of what looks like one. It may grow while it is read.
ManifestRead read_large(int fd, const Blob& blob) {
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  Sha256 hasher;
  std::string kept;
  std::string chunk(kChunk, '\0');
  std::size_t size = 0;
  bool json = false;
  for (;;) {
    const ssize_t got =
        read_up_to(fd, chunk.data(), chunk.size(), chunk.size());
    if (got < 0) return failed(static_cast<int>(-got));
    if (got == 0) break;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    if (size == 0) json = looks_like_manifest(bytes);
    size += bytes.size();
    if (size > kLargestParsedManifest) return too_large();
    hasher.update(bytes);
    if (json) kept.append(bytes);
  }
  return conclude(kept, hasher.finish() == blob.digest);
}

bool sniff(int fd) {
  char leading[kSniffed];
  const ssize_t got = ::pread(fd, leading, sizeof leading, 0);
  return got > 0 &&
         looks_like_manifest({leading, static_cast<std::size_t>(got)});
}

}  // namespace

ManifestRead ManifestReaderPool::read(const Blob& blob, bool declared) const {
  const Descriptor file = blobs_.open(blob.digest);
  if (!file) return failed(errno);
  if (!declared && (blob.size > kLargestParsedManifest || !sniff(file.get()))) {
    ManifestRead read;
    read.state = ManifestState::opaque;
    return read;
  }
  // Not even hashed: a sparse file of any size is made in no time.
  if (blob.size > kLargestParsedManifest) return too_large();
  return blob.size <= kLargestServedManifest ? read_small(file.get(), blob)
                                             : read_large(file.get(), blob);
}

}  // namespace dregs
