// Notices that somebody else on this host writes below v2 while we work.
//
// The rule: whatever a push may put where nothing was makes an entry in a
// folder that is watched here. That are the folders in which a registry makes
// folders (uploads, blobs, links, tags, repositories), the folders that an
// earlier deletion left without their link or data, and unfinished uploads,
// where more bytes count too (format.md#1.3).
//
// What is only rewritten in its place makes no entry: the remover finds that
// the link is younger than the scan, and before the blobs all links are read
// once more.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "scanner/files/descriptor.h"
#include "scanner/inventory/inventory.h"

namespace dregs {

class ForeignWrites {
 public:
  // `v2_path` is the real path of the v2 folder.
  ForeignWrites(const std::string& v2_path, const Inventory& inventory);

  // Whether any entry has appeared since; what this process removes makes
  // none. The kernel queues the notice before the writer's call returns, so
  // nothing that is asked afterwards misses it. Any thread; a system call.
  bool seen();

  // From now on an entry in this folder counts too: one whose link is gone,
  // and that holds something else and so stays. Any thread.
  void watch_too(const std::string& folder);

  // The folder of the first entry, below v2; empty where nobody knows.
  const std::string& where() const { return where_; }

  // False where the kernel grants too few watches, and on a filesystem that
  // other hosts may write to; `reason` says why.
  bool complete() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }

 private:
  void watch(const std::string& folder, std::uint32_t more_events = 0);
  bool read_notices();

  std::string v2_path_;
  Descriptor notices_;
  std::vector<std::string> folders_;  // by watch descriptor
  std::string reason_;
  std::string where_;
  std::atomic<bool> seen_{false};
  std::mutex reading_;
};

}  // namespace dregs
