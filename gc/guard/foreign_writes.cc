#include "gc/guard/foreign_writes.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

constexpr auto kZfsMagic = 0x2fc12fc1;
constexpr auto kOtherHosts = "other hosts may write to this filesystem";

// Filesystems on which every writer goes through this kernel.
bool is_local(const std::string& path) {
  struct statfs system {};
  if (::statfs(path.c_str(), &system) != 0) return false;
  switch (system.f_type) {
    case BTRFS_SUPER_MAGIC:
    case EXT4_SUPER_MAGIC:  // and ext2, ext3
    case F2FS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case XFS_SUPER_MAGIC:
    case kZfsMagic:
      return true;
    default:
      return false;
  }
}

// The folders in which a registry makes folders.
std::vector<std::string> frame_of(const Inventory& inventory) {
  std::vector<std::string> folders = {"", std::string(layout::kBlobs),
                                      "blobs/sha256"};
  // All of them: one that appeared after the scan is in no inventory.
  for (int prefix = 0; prefix < 256; ++prefix)
    folders.push_back(layout::blob_prefix(fmt::format("{:02x}", prefix)));
  for (const NamespaceFolder& folder : inventory.namespaces)
    folders.push_back(layout::repository(folder.path));
  for (const Repository& repository : inventory.repositories)
    for (const std::string& folder : repository.folders)
      folders.push_back(layout::repository(repository.name) + "/" + folder);
  return folders;
}

// The folders that a push would find ready for its links.
std::vector<std::string> emptied_in(const Repository& repository) {
  const std::string& name = repository.name;
  std::vector<std::string> folders;
  for (const Digest& digest : repository.empty_revisions)
    folders.push_back(layout::revision(name, digest));
  for (const Digest& digest : repository.empty_layers)
    folders.push_back(layout::layer(name, digest));
  for (const std::string& digest : repository.empty_aliases)
    folders.push_back(layout::layer_alias(name, digest));
  for (const std::string& folder : repository.linkless)
    folders.push_back(layout::repository(name) + "/" + folder);
  for (const Tag& tag : repository.tags) {
    if (tag.current) continue;
    folders.push_back(layout::tag(name, tag.name));
    folders.push_back(layout::tag(name, tag.name) + "/current");
  }
  return folders;
}

}  // namespace

ForeignWrites::ForeignWrites(const std::string& v2_path,
                             const Inventory& inventory)
    : v2_path_(v2_path), notices_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!notices_) {
    reason_ = std::strerror(errno);
    return;
  }
  for (const std::string& folder : frame_of(inventory)) watch(folder);
  for (const Repository& repository : inventory.repositories)
    for (const std::string& folder : emptied_in(repository)) watch(folder);
  for (const Digest& digest : inventory.empty_blob_folders)
    watch(layout::blob(digest));
  for (const Repository& repository : inventory.repositories)
    for (const Upload& upload : repository.uploads)
      watch(layout::upload(repository.name, upload.id), IN_MODIFY);
  if (reason_.empty() && !is_local(v2_path)) reason_ = kOtherHosts;
}

void ForeignWrites::watch_too(const std::string& folder) {
  if (!notices_) return;
  const std::lock_guard lock(reading_);
  watch(folder);
}

void ForeignWrites::watch(const std::string& folder,
                          std::uint32_t more_events) {
  const std::string path = v2_path_ + "/" + folder;
  const int number = ::inotify_add_watch(
      notices_.get(), path.c_str(),
      IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_MASK_ADD | more_events);
  if (number >= 0) {
    const auto at = static_cast<std::size_t>(number);
    if (folders_.size() <= at) folders_.resize(at + 1);
    folders_[at] = folder;
    if (reason_.empty() && !is_local(path)) reason_ = kOtherHosts;
  } else if (errno != ENOENT && reason_.empty() &&
             (errno != ENOTDIR || folder.empty())) {
    reason_ = (folder.empty() ? "v2" : folder) + ": " + std::strerror(errno);
  }
}

bool ForeignWrites::seen() {
  if (seen_) return true;
  pollfd wanted = {notices_.get(), POLLIN, 0};
  if (!notices_ || ::poll(&wanted, 1, 0) == 0) return false;
  const std::lock_guard lock(reading_);
  if (!seen_ && read_notices()) seen_ = true;
  return seen_;
}

// A notice that is not the end of a watch, which removing the watched folder
// brings about, means that somebody writes; an overflow counts as one, too.
bool ForeignWrites::read_notices() {
  alignas(inotify_event) char buffer[4096];
  ssize_t size = 0;
  while ((size = ::read(notices_.get(), buffer, sizeof buffer)) > 0) {
    inotify_event event{};
    for (ssize_t at = 0; at < size;
         at += static_cast<ssize_t>(sizeof event + event.len)) {
      std::memcpy(&event, buffer + at, sizeof event);
      if ((event.mask & IN_IGNORED) != 0) continue;
      const auto number = static_cast<std::size_t>(event.wd);
      if (event.wd >= 0 && number < folders_.size()) where_ = folders_[number];
      return true;
    }
  }
  return size < 0 && errno != EAGAIN && errno != EINTR;
}

}  // namespace dregs
