#include "gc/exclusive.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "scanner/layout.h"

namespace dregs {

int lock_exclusively(int v2) {
  return ::flock(v2, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

Change changed_since(const Inventory& before, int v2, const StopRequest& stop) {
  ScanProgress progress;
  const Inventory now = scan_repositories(v2, stop, progress);
  const std::vector<Repository>& old_ones = before.repositories;
  const std::vector<Repository>& new_ones = now.repositories;
  const auto [old_one, new_one] = std::mismatch(
      old_ones.begin(), old_ones.end(), new_ones.begin(), new_ones.end(),
      [](const Repository& a, const Repository& b) {
        return a.name == b.name && a.fingerprint == b.fingerprint;
      });
  if (old_one != old_ones.end()) return {true, old_one->name};
  if (new_one != new_ones.end()) return {true, new_one->name};
  return {};
}

ForeignWrites::ForeignWrites(const std::string& v2_path,
                             const Inventory& inventory, StopRequest& stop)
    : v2_path_(v2_path),
      stop_(stop),
      notices_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      end_(::eventfd(0, EFD_CLOEXEC)) {
  if (!notices_ || !end_) {
    reason_ = std::strerror(errno);
    return;
  }
  for (const PrefixFolder& prefix : inventory.prefixes)
    watch(layout::blob_prefix(prefix.name));
  watch("blobs/sha256");
  for (const NamespaceFolder& folder : inventory.namespaces)
    watch(layout::repository(folder.path));
  for (const Repository& repository : inventory.repositories)
    for (const std::string& folder : repository.folders)
      watch(layout::repository(repository.name) + "/" + folder);
  waiter_ = std::jthread([this] { wait_for_entries(); });
}

ForeignWrites::~ForeignWrites() {
  const std::uint64_t one = 1;
  if (waiter_.joinable() && ::write(end_.get(), &one, sizeof one) < 0)
    waiter_.detach();
}

void ForeignWrites::watch(const std::string& folder) {
  const std::string path = v2_path_ + "/" + folder;
  if (::inotify_add_watch(notices_.get(), path.c_str(),
                          IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0 &&
      errno != ENOENT && reason_.empty())
    reason_ = folder + ": " + std::strerror(errno);
}

// A notice that is not the end of a watch, which removing the watched folder
// brings about, means that somebody writes; an overflow counts as one, too.
bool ForeignWrites::has_foreign_entry() const {
  alignas(inotify_event) char buffer[4096];
  ssize_t size = 0;
  while ((size = ::read(notices_.get(), buffer, sizeof buffer)) > 0) {
    inotify_event event{};
    for (ssize_t at = 0; at < size;
         at += static_cast<ssize_t>(sizeof event + event.len)) {
      std::memcpy(&event, buffer + at, sizeof event);
      if ((event.mask & IN_IGNORED) == 0) return true;
    }
  }
  return size < 0 && errno != EAGAIN && errno != EINTR;
}

void ForeignWrites::wait_for_entries() {
  pollfd wanted[] = {{notices_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
  while (wanted[1].revents == 0) {
    if (::poll(wanted, 2, -1) < 0) continue;
    if (wanted[0].revents == 0 || !has_foreign_entry()) continue;
    stop_.request(StopReason::changed);
    return;
  }
}

}  // namespace dregs
