#include "scanner/disk/manifest_reader.h"

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "scanner/formats/other_hash.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

constexpr std::size_t kReadSize = 1024 * 1024;
constexpr std::size_t kSniffed = 4096;

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

// A file that is said to hash to its name.
struct NamedFile {
  int fd = -1;
  std::uint64_t size = 0;  // bytes, as stat said
  const Digest* sha256 = nullptr;
  std::string_view other{};  // the name where it is another algorithm's

  bool matches(std::string_view bytes) const {
    return sha256 != nullptr ? dregs::sha256(bytes) == *sha256
                             : hashes_to(bytes, other);
  }
};

ManifestRead unreadable(int error) {
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
ManifestRead read_small(const NamedFile& file) {
  thread_local std::string buffer;
  buffer.resize(std::max<std::size_t>(buffer.size(), file.size + 1));
  const ssize_t got = read_up_to(file.fd, buffer.data(), file.size + 1,
                                 std::max<std::size_t>(file.size, 1));
  if (got < 0) return unreadable(static_cast<int>(-got));
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  return conclude(bytes, file.matches(bytes));
}

ManifestRead too_large() {
  ManifestRead read;
  read.state = ManifestState::too_large;
  read.manifest.kind = ManifestKind::undecodable;
  return read;
}

// In parts, for it may be a layer that somebody calls a manifest, and may grow
// while it is read.
ManifestRead read_large(const NamedFile& file) {
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  std::string kept;
  std::string chunk(kReadSize, '\0');
  for (;;) {
    const ssize_t got =
        read_up_to(file.fd, chunk.data(), chunk.size(), chunk.size());
    if (got < 0) return unreadable(static_cast<int>(-got));
    if (got == 0) break;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    if (kept.size() + bytes.size() > kLargestParsedManifest) return too_large();
    kept.append(bytes);
  }
  return conclude(kept, file.matches(kept));
}

// Reads on while there is nothing but blanks. What cannot be looked at is to be
// read, which says why not.
Appearance look_at(int fd) {
  char bytes[kSniffed];
  off_t at = 0;
  ssize_t got = 0;
  while ((got = ::pread(fd, bytes, sizeof bytes, at)) > 0) {
    const Appearance seen =
        appearance_of({bytes, static_cast<std::size_t>(got)});
    if (seen != Appearance::blank) return seen;
    at += got;
  }
  return got < 0 ? Appearance::manifest : Appearance::blank;
}

ManifestRead opaque() {
  ManifestRead read;
  read.state = ManifestState::opaque;
  return read;
}

// What a crash or a full disk emptied may have been a manifest, if servers
// would have served one of its size.
ManifestRead read_blank(const NamedFile& file) {
  if (file.size > kLargestServedManifest) return opaque();
  ManifestRead read = read_small(file);
  return read.state == ManifestState::sound ? opaque() : read;
}

ManifestRead read_and_conclude(const NamedFile& file, bool declared) {
  if (!declared) {
    if (file.size > kLargestParsedManifest) return opaque();
    const Appearance seen = look_at(file.fd);
    if (seen == Appearance::blank) return read_blank(file);
    if (seen == Appearance::other) return opaque();
  }
  // Not even hashed: a sparse file of any size is made in no time.
  if (file.size > kLargestParsedManifest) return too_large();
  return file.size <= kLargestServedManifest ? read_small(file)
                                             : read_large(file);
}

}  // namespace

ManifestRead ManifestReaderPool::read(const Blob& blob, bool declared) const {
  const Descriptor file = blobs_.open(blob.digest);
  if (!file) return unreadable(errno);
  return read_and_conclude({file.get(), blob.size, &blob.digest}, declared);
}

ManifestRead ManifestReaderPool::read_other(const std::string& digest,
                                            bool declared) const {
  const Descriptor file = blobs_.open_other(digest);
  FileStatus status;
  const int error = file ? descriptor_status(file.get(), status) : errno;
  if (error != 0) return unreadable(error);
  if (!status.regular()) return unreadable(EINVAL);
  return read_and_conclude({file.get(), status.size, nullptr, digest},
                           declared);
}

}  // namespace dregs
