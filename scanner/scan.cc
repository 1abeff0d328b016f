#include "scanner/scan.h"

#include <tbb/parallel_invoke.h>

#include <chrono>

#include "scanner/discover_repositories.h"
#include "scanner/scan_blobs.h"

namespace dregs {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()),
            std::make_move_iterator(from.end()));
}

}  // namespace

Inventory scan_repositories(int v2, const StopRequest& stop,
                            ScanProgress& progress) {
  Inventory inventory;
  inventory.started_ns = now_ns();
  discover_repositories(v2, stop, progress, inventory);
  return inventory;
}

Inventory scan(int v2, const StopRequest& stop, ScanProgress& progress) {
  Inventory inventory;
  inventory.started_ns = now_ns();
  Inventory blobs;
  tbb::parallel_invoke(
      [&] { scan_blobs(v2, stop, progress, blobs); },
      [&] { discover_repositories(v2, stop, progress, inventory); });
  inventory.blobs = std::move(blobs.blobs);
  inventory.blobs_found = blobs.blobs_found;
  inventory.prefixes = std::move(blobs.prefixes);
  inventory.empty_blob_folders = std::move(blobs.empty_blob_folders);
  inventory.other_blobs = std::move(blobs.other_blobs);
  append(inventory.temporary_files, std::move(blobs.temporary_files));
  append(inventory.findings, std::move(blobs.findings));
  append(inventory.obstacles, std::move(blobs.obstacles));
  return inventory;
}

}  // namespace dregs
