#include "scanner/files/blob_content.h"

#include <cerrno>

#include "scanner/files/descriptor.h"
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

}  // namespace

BlobContent read_blob(int v2, const Digest& digest, std::size_t at_most) {
  const Descriptor file = open_followed(v2, layout::blob_data(digest).c_str());
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
  if (sha256(content.bytes) != digest) content.state = ContentState::corrupt;
  return content;
}

BlobContent stat_blob(int v2, const Digest& digest) {
  FileStatus status;
  const int error =
      followed_status(v2, layout::blob_data(digest).c_str(), status);
  return judge(error, status);
}

BlobContent hash_blob(int v2, const Digest& digest) {
  constexpr std::size_t kPart = 1024 * 1024;
  const Descriptor file = open_followed(v2, layout::blob_data(digest).c_str());
  if (!file) return failed(errno);
  FileStatus status;
  BlobContent content = judge(descriptor_status(file.get(), status), status);
  if (content.state != ContentState::sound) return content;
  Sha256 hasher;
  content.size = 0;
  for (std::string part(kPart, '\0'); !part.empty();) {
    if (const int error = read_all(file.get(), part)) return failed(error);
    hasher.update(part);
    content.size += part.size();
    if (!part.empty()) part.resize(kPart);
  }
  if (hasher.finish() != digest) content.state = ContentState::corrupt;
  return content;
}

BlobContent stat_other_blob(int v2, const std::string& digest) {
  if (!DigestText::parse(digest)) return failed(ENOENT);
  FileStatus status;
  const int error =
      followed_status(v2, layout::other_blob_data(digest).c_str(), status);
  return judge(error, status);
}

BlobContent hash_other_blob(int v2, const std::string& digest) {
  BlobContent content = stat_other_blob(v2, digest);
  if (content.state != ContentState::sound) return content;
  const Descriptor file =
      open_followed(v2, layout::other_blob_data(digest).c_str());
  if (!file) return failed(errno);
  if (content.size > kLargestServedManifest) {
    content.state = ContentState::too_large;
    return content;
  }
  content.bytes.resize(content.size);
  if (const int error = read_all(file.get(), content.bytes))
    return failed(error);
  if (!hashes_to(content.bytes, digest)) content.state = ContentState::corrupt;
  return content;
}

}  // namespace dregs
