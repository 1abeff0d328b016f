#include "benchmarks/store_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace dregs {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

void make_missing(int parent, const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (mkdirat(parent, part.c_str(), 0777) != 0 && errno != EEXIST) fail(part);
  }
}

int open_folder(int parent, const std::string& path) {
  const int fd =
      openat(parent, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail(path);
  return fd;
}

// What crypto/sha256 marshals before the first byte: magic, initial state,
// empty block, length.
std::string initial_hash_state() {
  constexpr std::array<std::uint32_t, 8> kInitial = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::string state = "sha\x03";
  for (const std::uint32_t word : kInitial)
    for (int shift = 24; shift >= 0; shift -= 8)
      state.push_back(static_cast<char>(word >> shift & 0xff));
  state.resize(108, '\0');
  return state;
}

}  // namespace

Folder::Folder(const Folder& parent, const std::string& path) {
  make_missing(parent.fd_, path);
  fd_ = open_folder(parent.fd_, path);
}

Folder::Folder(const std::string& path) {
  make_missing(AT_FDCWD, path);
  fd_ = open_folder(AT_FDCWD, path);
}

Folder::Folder(Folder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Folder& Folder::operator=(Folder&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Folder::~Folder() {
  if (fd_ >= 0) close(fd_);
}

void Folder::make(const std::string& path) const {
  if (mkdirat(fd_, path.c_str(), 0777) != 0) fail(path);
}

void Folder::write(const std::string& path, std::string_view bytes) const {
  const int file =
      openat(fd_, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) fail(path);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) fail(path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (close(file) != 0) fail(path);
}

RepositoryWriter::RepositoryWriter(const Folder& repositories,
                                   const std::string& name)
    : folder_(repositories, name),
      layers_(folder_, "_layers/sha256"),
      revisions_(folder_, "_manifests/revisions/sha256"),
      tags_(folder_, "_manifests/tags") {}

void RepositoryWriter::link_layer(const Digest& digest) const {
  const std::string hex = digest.hex();
  layers_.make(hex);
  layers_.write(hex + "/link", digest.to_string());
}

void RepositoryWriter::link_revision(const Digest& digest) const {
  const std::string hex = digest.hex();
  revisions_.make(hex);
  revisions_.write(hex + "/link", digest.to_string());
}

void RepositoryWriter::delete_revision(const Digest& digest) const {
  revisions_.make(digest.hex());
}

void RepositoryWriter::tag(const std::string& name,
                           std::span<const Digest> history) const {
  const std::string index = name + "/index/sha256/";
  tags_.make(name);
  tags_.make(name + "/index");
  tags_.make(index);
  for (const Digest& digest : history) {
    tags_.make(index + digest.hex());
    tags_.write(index + digest.hex() + "/link", digest.to_string());
  }
  tags_.make(name + "/current");
  tags_.write(name + "/current/link", history.back().to_string());
}

void RepositoryWriter::leave_upload(const std::string& id,
                                    std::string_view bytes) const {
  const Folder upload(folder_, "_uploads/" + id);
  const Folder states(upload, "hashstates/sha256");
  upload.write("startedat", "2024-05-17T09:30:00Z");
  states.write("0", initial_hash_state());
  upload.write("data", bytes);
}

StoreWriter::StoreWriter(const std::string& root) {
  const Folder registry(root + "/docker/registry/v2");
  repositories_ = Folder(registry, "repositories");
  const Folder blobs(registry, "blobs/sha256");
  for (std::size_t i = 0; i < shards_.size(); ++i)
    shards_[i] = Folder(blobs, fmt::format("{:02x}", i));
}

void StoreWriter::write(const NewBlob& blob) const {
  const Folder& shard = shards_[blob.digest.bytes[0]];
  const std::string hex = blob.digest.hex();
  shard.make(hex);
  shard.write(hex + "/data", blob.bytes);
}

RepositoryWriter StoreWriter::repository(const std::string& name) const {
  return {repositories_, name};
}

}  // namespace dregs
