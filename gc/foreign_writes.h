// Notices that somebody else on this host writes below v2 while we work.
//
// Every push must make an entry in a folder that is watched here: an upload, a
// blob, a layer link, a revision or a tag (format.md 1.3). A push that only
// rewrites what is there puts a tag back on an old manifest, and the remover
// finds its link rewritten or this finds it made anew.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "scanner/descriptor.h"
#include "scanner/inventory.h"

namespace dregs {

class ForeignWrites {
 public:
  // `v2_path` is the real path of the v2 folder.
  ForeignWrites(const std::string& v2_path, const Inventory& inventory);

  // Whether any entry has appeared since; what this process removes makes
  // none. The kernel queues the notice before the writer's call returns, so
  // nothing that is asked afterwards misses it. Any thread; a system call.
  bool seen();

  // The folder of the first entry, below v2; empty where nobody knows.
  const std::string& where() const { return where_; }

  // False where the kernel grants too few watches, and on a filesystem that
  // other hosts may write to; `reason` says why.
  bool complete() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }

 private:
  void watch(const std::string& folder);
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
