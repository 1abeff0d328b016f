#include "scanner/files/disk_reader.h"

#include <cerrno>

#include "scanner/files/descriptor.h"
#include "scanner/files/hash_blobs.h"
#include "scanner/files/link.h"
#include "scanner/files/listing.h"
#include "scanner/files/whole_file.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/other_hash.h"
#include "scanner/formats/sha256.h"
#include "scanner/manifests/manifest.h"

namespace dregs {
namespace {

using ContentState = BlobContent::State;

BlobContent failed(int error) {
  BlobContent content;
  const bool missing = error == ENOENT || error == ENOTDIR;
  content.state = missing ? ContentState::missing : ContentState::unreadable;
  content.error = missing ? 0 : error;
  return content;
}

BlobContent judge(int error, const FileStatus& status) {
  if (error != 0) return failed(error);
  if (!status.regular()) return failed(EINVAL);
  BlobContent content;
  content.state = ContentState::sound;
  content.size = status.size;
  return content;
}

int read_all(int fd, std::string& bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got =
        ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return 0;
}

// Its bytes as they are: whether they hash to a name is the caller's to see.
BlobContent read_file(int v2, const std::string& path, std::size_t at_most) {
  const Descriptor file = open_followed(v2, path.c_str());
  if (!file) return failed(errno);
  FileStatus status;
  BlobContent content = judge(descriptor_status(file.get(), status), status);
  if (content.state != ContentState::sound) return content;
  if (content.size > at_most) {
    content.state = ContentState::too_large;
    return content;
  }
  content.bytes.resize(content.size);
  if (const int error = read_all(file.get(), content.bytes))
    return failed(error);
  return content;
}

// Hands the bytes over as they are read. Its size is what was read, and not
// what the file system says of it.
BlobContent stream_file(int v2, const std::string& path, const Digest& digest,
                        const std::function<void(std::string_view)>& part) {
  const Descriptor file = open_followed(v2, path.c_str());
  if (!file) return failed(errno);
  FileStatus status;
  BlobContent content = judge(descriptor_status(file.get(), status), status);
  if (content.state != ContentState::sound) return content;
  Sha256 hasher;
  content.size = 0;
  const int error = read_in_parts(file.get(), [&](std::string_view bytes) {
    hasher.update(bytes);
    content.size += bytes.size();
    part(bytes);
    return 0;
  });
  if (error != 0) return failed(error);
  if (hasher.finish() != digest) content.state = ContentState::corrupt;
  return content;
}

}  // namespace

BlobContent DiskReader::read_blob(const Digest& digest,
                                  std::size_t at_most) const {
  BlobContent content = read_file(v2_, layout::blob_data(digest), at_most);
  if (content.state == ContentState::sound && sha256(content.bytes) != digest)
    content.state = ContentState::corrupt;
  return content;
}

BlobContent DiskReader::stat_blob(const Digest& digest) const {
  FileStatus status;
  const int error =
      followed_status(v2_, layout::blob_data(digest).c_str(), status);
  return judge(error, status);
}

BlobContent DiskReader::stream_blob(
    const Digest& digest,
    const std::function<void(std::string_view)>& part) const {
  return stream_file(v2_, layout::blob_data(digest), digest, part);
}

BlobContent DiskReader::stat_other_blob(const std::string& digest) const {
  if (!DigestText::parse(digest)) return failed(ENOENT);
  FileStatus status;
  const int error =
      followed_status(v2_, layout::other_blob_data(digest).c_str(), status);
  return judge(error, status);
}

BlobContent DiskReader::hash_other_blob(const std::string& digest) const {
  if (!DigestText::parse(digest)) return failed(ENOENT);
  BlobContent content =
      read_file(v2_, layout::other_blob_data(digest), kLargestServedManifest);
  if (content.state == ContentState::sound && !hashes_to(content.bytes, digest))
    content.state = ContentState::corrupt;
  return content;
}

HashedBlobs DiskReader::hash_blobs(const BlobTable& blobs,
                                   std::vector<BlobId> wanted, RateLimit& limit,
                                   const StopRequest& stop,
                                   HashProgress& progress) const {
  return dregs::hash_blobs(v2_, blobs, std::move(wanted), limit, stop,
                           progress);
}

std::optional<Digest> DiskReader::link_target(const std::string& path) const {
  return read_link(v2_, path.c_str()).target;
}

std::optional<std::int64_t> DiskReader::modified_time(
    const std::string& path) const {
  return dregs::modified_time(v2_, path);
}

bool DiskReader::is_there(const std::string& path) const {
  FileStatus status;
  const int error = file_status(v2_, path.c_str(), status);
  return error != ENOENT && error != ENOTDIR;
}

std::vector<Digest> DiskReader::digests_in(const std::string& path) const {
  std::vector<Digest> digests;
  const Descriptor folder = open_folder(v2_, path);
  if (!folder) return digests;
  for_each_entry(folder.get(), [&](FolderEntry entry) {
    if (const auto digest = Digest::from_hex(entry.name))
      digests.push_back(*digest);
  });
  return digests;
}

}  // namespace dregs
