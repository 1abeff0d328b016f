#include "scanner/disk/manifest_reader.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "scanner/files/listing.h"
#include "scanner/formats/layout.h"
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

// Nearly every manifest: one read into a buffer that the thread keeps. One
// byte more than expected is asked for, so that getting just what is expected
// means that there is no more.
ManifestRead read_small(const NamedFile& file) {
  thread_local std::string buffer;
  buffer.resize(std::max<std::size_t>(buffer.size(), file.size + 1));
  const ssize_t got = read_up_to(file.fd, buffer.data(), file.size + 1,
                                 std::max<std::size_t>(file.size, 1));
  if (got < 0) return unreadable_manifest(static_cast<int>(-got));
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  return judge_manifest_bytes(bytes, file.matches(bytes));
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
    if (got < 0) return unreadable_manifest(static_cast<int>(-got));
    if (got == 0) break;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    if (kept.size() + bytes.size() > kLargestParsedManifest)
      return oversized_manifest();
    kept.append(bytes);
  }
  return judge_manifest_bytes(kept, file.matches(kept));
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

// What a crash or a full disk emptied may have been a manifest, if servers
// would have served one of its size.
ManifestRead read_blank(const NamedFile& file) {
  if (file.size > kLargestServedManifest) return opaque_manifest();
  ManifestRead read = read_small(file);
  return read.state == ManifestState::sound ? opaque_manifest() : read;
}

ManifestRead read_and_conclude(const NamedFile& file, bool declared) {
  if (!declared) {
    if (file.size > kLargestParsedManifest) return opaque_manifest();
    const Appearance seen = look_at(file.fd);
    if (seen == Appearance::blank) return read_blank(file);
    if (seen == Appearance::other) return opaque_manifest();
  }
  // Not even hashed: a sparse file of any size is made in no time.
  if (file.size > kLargestParsedManifest) return oversized_manifest();
  return file.size <= kLargestServedManifest ? read_small(file)
                                             : read_large(file);
}

}  // namespace

ManifestRead DiskManifests::read(const Blob& blob, bool declared) const {
  const Descriptor file = blobs_.open(blob.digest);
  if (!file) return unreadable_manifest(errno);
  return read_and_conclude({file.get(), blob.size, &blob.digest}, declared);
}

ManifestRead DiskManifests::read_other(const std::string& digest,
                                       bool declared) const {
  const Descriptor file = blobs_.open_other(digest);
  FileStatus status;
  const int error = file ? descriptor_status(file.get(), status) : errno;
  if (error != 0) return unreadable_manifest(error);
  if (!status.regular()) return unreadable_manifest(EINVAL);
  return read_and_conclude({file.get(), status.size, nullptr, digest},
                           declared);
}

SignatureFolder DiskManifests::signatures(const Repository& repository,
                                          const Digest& revision_digest) const {
  SignatureFolder found;
  const std::string revision =
      layout::revision(repository.name, revision_digest);
  const std::string path = revision + "/signatures/sha256";
  const Descriptor above = open_folder(v2_, revision);
  // Behind a symbolic link another revision may have them, and go. Of mounts
  // the kernel has a list, and their ends are kept.
  Descriptor folder =
      above ? open_folder_beneath(above.get(), "signatures/sha256")
            : Descriptor();
  if (!folder && errno == EXDEV) folder = open_folder(v2_, path);
  const auto visit = [&](FolderEntry entry) {
    if (const auto signature = Digest::from_hex(entry.name))
      found.digests.push_back(*signature);
  };
  const int error = folder ? for_each_entry(folder.get(), visit) : errno;
  if (error != ENOENT && error != ENOTDIR) found.error = error;
  return found;
}

void DiskManifests::in_parallel(std::size_t count, const Work& work) const {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 32),
                    [&](const tbb::blocked_range<std::size_t>& range) {
                      work(range.begin(), range.end());
                    });
}

}  // namespace dregs
