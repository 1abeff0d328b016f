#include "benchmarks/folder_writer.h"

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

class FolderRepository final : public RepositoryWriter {
 public:
  FolderRepository(const Folder& repositories, const std::string& name)
      : folder_(repositories, name),
        layers_(folder_, "_layers/sha256"),
        revisions_(folder_, "_manifests/revisions/sha256"),
        tags_(folder_, "_manifests/tags") {}

  void link_layer(const Digest& digest) const override;
  void link_revision(const Digest& digest) const override;
  void delete_revision(const Digest& digest) const override;
  void tag(const std::string& name,
           std::span<const Digest> history) const override;
  void leave_upload(const std::string& id,
                    std::string_view bytes) const override;

 private:
  Folder folder_, layers_, revisions_, tags_;
};

void FolderRepository::link_layer(const Digest& digest) const {
  const std::string hex = digest.hex();
  layers_.make(hex);
  layers_.write(hex + "/link", digest.to_string());
}

void FolderRepository::link_revision(const Digest& digest) const {
  const std::string hex = digest.hex();
  revisions_.make(hex);
  revisions_.write(hex + "/link", digest.to_string());
}

void FolderRepository::delete_revision(const Digest& digest) const {
  revisions_.make(digest.hex());
}

void FolderRepository::tag(const std::string& name,
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

void FolderRepository::leave_upload(const std::string& id,
                                    std::string_view bytes) const {
  const Folder upload(folder_, "_uploads/" + id);
  const Folder states(upload, "hashstates/sha256");
  upload.write("startedat", kUploadBegan);
  states.write("0", initial_hash_state());
  upload.write("data", bytes);
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

FolderWriter::FolderWriter(const std::string& root) {
  const Folder registry(root + "/docker/registry/v2");
  repositories_ = Folder(registry, "repositories");
  const Folder blobs(registry, "blobs/sha256");
  for (std::size_t i = 0; i < shards_.size(); ++i)
    shards_[i] = Folder(blobs, fmt::format("{:02x}", i));
}

void FolderWriter::write(const NewBlob& blob) const {
  const Folder& shard = shards_[blob.digest.bytes[0]];
  const std::string hex = blob.digest.hex();
  shard.make(hex);
  shard.write(hex + "/data", blob.bytes);
}

std::unique_ptr<const RepositoryWriter> FolderWriter::repository(
    const std::string& name) const {
  return std::make_unique<FolderRepository>(repositories_, name);
}

}  // namespace dregs
