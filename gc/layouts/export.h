// An export copies images out of a store into an OCI layout.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "gc/layouts/export_choice.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct ExportOptions {
  std::string to;
  std::vector<std::string> unless_in;  // layouts whose blobs are left out
};

struct CopiedBlobs {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

struct ExportResult {
  CopiedBlobs copied;
  CopiedBlobs shared;    // with the store's own file, where its filesystem can
  CopiedBlobs there;     // in the layout before
  CopiedBlobs left_out;  // in another layout
  // What turned out to be missing or damaged. Then the index is as it was.
  // Sorted.
  std::vector<Finding> findings;
};

struct ExportProgress {
  std::uint64_t blobs = 0;
  std::atomic<std::uint64_t> done{0};
};

// Bytes are hashed on their way. Copies several blobs at a time, on the calling
// task arena; the index is written when all are on the disk. Throws
// StoppedEarly, StorageError, and std::runtime_error where the layout cannot be
// written.
ExportResult export_images(const OpenedStore& store, const ExportChoice& choice,
                           const ExportOptions& options,
                           const StopRequest& stop, ExportProgress& progress);

}  // namespace dregs
