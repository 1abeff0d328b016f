// scan_prefix() reads one of the folders that blobs are spread over,
// blobs/sha256/<xx>.
#pragma once

#include <cstdint>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/scan_progress.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

// What it holds; 256 of them fill without sharing anything.
struct PrefixScan {
  PrefixFolder folder;
  std::vector<Blob> blobs;  // sorted by digest
  std::vector<Digest> empty_folders;
  std::vector<TemporaryFile> temporary_files;
  std::vector<Finding> findings;
  Litter litter;
  std::vector<Finding> obstacles;
};

// Fills `found`, whose folder is known. `sha256` is the open folder above, on
// `device`; it is borrowed.
void scan_prefix(int sha256, std::uint64_t device, const StopRequest& stop,
                 ScanProgress& progress, PrefixScan& found);

}  // namespace dregs
