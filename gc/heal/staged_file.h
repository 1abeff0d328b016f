// A StagedFile is a file that dregs makes for a registry, in .dregs/repair
// beside v2, where no server looks. It moves into its place when it is whole.
// One at a time. Functions return 0 or an errno value; the first error is that
// of all that follow. Not while a server runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "scanner/files/descriptor.h"
#include "scanner/formats/digest.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// The folder of staged files is gone before the first of them is made, and
// after the last.
class StagingFolder {
 public:
  explicit StagingFolder(int v2);  // borrowed
  ~StagingFolder();
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

 private:
  int v2_;
};

class StagedFile {
 public:
  explicit StagedFile(int v2);  // borrowed

  int error() const { return error_; }
  int add(std::string_view bytes);
  // As a server's file in the open folder, and on the disk.
  int finish(int folder);
  // Never over another file: EEXIST.
  int put(int folder, const std::string& name);

 private:
  Descriptor folder_;
  Descriptor file_;
  int error_;
};

struct HashedRead {
  int error = 0;         // ECANCELED where `stop` was requested
  bool corrupt = false;  // the bytes do not hash to the digest
};

// Reads a regular file whole, calls see(part) with each part of it, and adds to
// `bytes` what it has read. Ends where see() returns an errno value.
HashedRead read_hashed(int source, const Digest& digest,
                       const StopRequest& stop,
                       std::atomic<std::uint64_t>& bytes,
                       const std::function<int(std::string_view)>& see);

// Puts the bytes of the open `source` into the store as the blob of that
// digest, with owner and mode of its neighbours. It is on the disk when the
// store is synced. Through no symbolic link, onto no other filesystem, over no
// other file.
HashedRead put_blob(int v2, int source, const Digest& digest,
                    const StopRequest& stop, std::atomic<std::uint64_t>& bytes);

}  // namespace dregs
