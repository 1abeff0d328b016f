#include "gc/layouts/layout_folder.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "gc/heal/new_file.h"
#include "gc/saved/user_file.h"
#include "scanner/files/whole_file.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/path_below.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

constexpr auto kMark = "oci-layout";
constexpr auto kIndex = "index.json";
constexpr auto kNewIndex = ".index.json.tmp";
constexpr auto kMarkText = R"({"imageLayoutVersion":"1.0.0"})";

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw std::runtime_error(fmt::format("{}: {}", escaped(path), why));
}

[[noreturn]] void fail(const std::string& path, int error) {
  fail(path, std::string("cannot be written: ") + std::strerror(error));
}

std::string temporary_name(const Digest& digest) {
  return fmt::format(".{}.tmp", digest.hex());
}

bool is_layout(const std::string& path) {
  return fs::is_regular_file(path + "/" + kMark) ||
         fs::is_regular_file(path + "/" + kIndex);
}

void require_place(const std::string& path, const ResolvedRoot& root) {
  const std::string real = fs::weakly_canonical(fs::absolute(path)).string();
  for (const std::string& folder : root.directories())
    if (is_at_or_below(real, folder))
      fail(path, "lies in the registry; name a folder elsewhere");
  if (!root.rootdirectory.empty() && is_at_or_below(real, root.rootdirectory))
    fail(path, "lies in the registry; name a folder elsewhere");
  if (!fs::exists(path)) return;
  if (!fs::is_directory(path)) fail(path, "is not a folder");
  if (!fs::is_empty(path) && !is_layout(path))
    fail(path, "is neither empty nor an OCI layout; name another folder");
}

void make_folder(int at, const char* name, const std::string& path) {
  if (::mkdirat(at, name, 0777) != 0 && errno != EEXIST) fail(path, errno);
}

void write_file_in(int folder, const char* name, std::string_view text,
                   const std::string& path) {
  const Descriptor file(
      ::openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  int error = file ? write_all_to(file.get(), text) : errno;
  if (error == 0 && ::fsync(file.get()) != 0) error = errno;
  if (error != 0) fail(path, error);
}

}  // namespace

LayoutFolder::LayoutFolder(const std::string& path, const ResolvedRoot& root)
    : path_(path) {
  try {
    require_place(path, root);
    fs::create_directories(path);
  } catch (const fs::filesystem_error& error) {
    fail(path, "cannot be made: " + error.code().message());
  }
  folder_ = open_folder(AT_FDCWD, path);
  if (!folder_) fail(path, errno);
  if (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0)
    fail(path, errno == EWOULDBLOCK ? "another export writes there now"
                                    : std::strerror(errno));
  FileStatus status;
  if (file_status(folder_.get(), kMark, status) != 0)
    write_file_in(folder_.get(), kMark, kMarkText, path_of(kMark));
  make_folder(folder_.get(), "blobs", path_of("blobs"));
  make_folder(folder_.get(), "blobs/sha256", path_of("blobs/sha256"));
  blobs_ = open_folder(folder_.get(), "blobs/sha256");
  if (!blobs_) fail(path_of("blobs/sha256"), errno);
}

bool LayoutFolder::has(const Digest& digest) const {
  const Descriptor file = open_followed(blobs_.get(), digest.hex().c_str());
  FileStatus status;
  if (!file || descriptor_status(file.get(), status) != 0 || !status.regular())
    return false;
  Sha256 hasher;
  const int error = read_in_parts(file.get(), [&](std::string_view part) {
    hasher.update(part);
    return 0;
  });
  return error == 0 && hasher.finish() == digest;
}

Descriptor LayoutFolder::begin(const Digest& digest) const {
  Descriptor file(::openat(blobs_.get(), temporary_name(digest).c_str(),
                           O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                           0666));
  if (!file) fail(path_of("blobs/sha256"), errno);
  return file;
}

void LayoutFolder::keep(const Digest& digest) const {
  if (::renameat(blobs_.get(), temporary_name(digest).c_str(), blobs_.get(),
                 digest.hex().c_str()) != 0)
    fail(path_of("blobs/sha256/" + digest.hex()), errno);
}

void LayoutFolder::drop(const Digest& digest) const {
  ::unlinkat(blobs_.get(), temporary_name(digest).c_str(), 0);
}

std::string LayoutFolder::index() const {
  FileStatus status;
  if (followed_status(folder_.get(), kIndex, status) == ENOENT) return {};
  return read_file(path_of(kIndex));
}

void LayoutFolder::replace_index(const std::string& text) const {
  if (::syncfs(blobs_.get()) != 0) fail(path_, errno);
  write_file_in(folder_.get(), kNewIndex, text, path_of(kNewIndex));
  if (::renameat(folder_.get(), kNewIndex, folder_.get(), kIndex) != 0 ||
      ::fsync(folder_.get()) != 0)
    fail(path_of(kIndex), errno);
}

OtherLayout::OtherLayout(const std::string& path)
    : blobs_(open_folder(AT_FDCWD, path + "/blobs/sha256")) {
  std::error_code failed;
  if (!fs::is_regular_file(path + "/" + kIndex, failed) || !blobs_)
    fail(path, "is not an OCI layout, or not a whole one");
}

bool OtherLayout::has(const Digest& digest, std::uint64_t bytes) const {
  FileStatus status;
  return followed_status(blobs_.get(), digest.hex().c_str(), status) == 0 &&
         status.regular() && status.size == bytes;
}

}  // namespace dregs
