#include "scanner/disk/scan.h"

#include <tbb/parallel_invoke.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <thread>

#include "scanner/disk/look_beside.h"
#include "scanner/disk/scan_blobs.h"
#include "scanner/files/listing.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"
#include "scanner/repositories/discover_repositories.h"
#include "scanner/ways/keep_what_is_led_to.h"

namespace dregs {
namespace {

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// What was written before has an earlier stamp than this, and what is written
// from now on has not: files may be stamped by the coarse clock, which ticks a
// few hundred times a second.
std::int64_t next_tick_ns() {
  const std::int64_t called = clock_ns(CLOCK_REALTIME);
  while (clock_ns(CLOCK_REALTIME_COARSE) <= called)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  return clock_ns(CLOCK_REALTIME_COARSE);
}

// What lies beside blobs and repositories. No server looks there.
void list_v2(int v2, Inventory& inventory) {
  const auto note = [&](std::string path, std::string detail) {
    Finding& finding = inventory.findings.emplace_back();
    finding.kind = FindingKind::foreign_entry;
    finding.path = std::move(path);
    finding.detail = std::move(detail);
  };
  const Descriptor folder = open_folder(v2, "");
  const auto visit = [&](FolderEntry entry) {
    if (entry.name == layout::kBlobs || entry.name == layout::kRepositories)
      return;
    if (is_litter_file(entry.name)) return inventory.litter.add(entry.name);
    note(std::string(entry.name),
         "not written by a registry; it is left alone");
  };
  const int error = folder ? for_each_entry(folder.get(), visit) : errno;
  if (error != 0) note("", std::strerror(error));
}

}  // namespace

Inventory scan_repositories(int v2, const StopRequest& stop,
                            ScanProgress& progress) {
  Inventory inventory;
  inventory.started_ns = next_tick_ns();
  discover_repositories(v2, stop, progress, inventory);
  keep_what_is_led_to(v2, inventory);
  return inventory;
}

Inventory scan(int v2, const StopRequest& stop, ScanProgress& progress) {
  Inventory inventory;
  inventory.started_ns = next_tick_ns();
  Inventory blobs;
  tbb::parallel_invoke(
      [&] { scan_blobs(v2, stop, progress, blobs); },
      [&] { discover_repositories(v2, stop, progress, inventory); });
  inventory.blobs = std::move(blobs.blobs);
  inventory.blobs_found = blobs.blobs_found;
  inventory.prefixes = std::move(blobs.prefixes);
  append(inventory.parts, std::move(blobs.parts));
  inventory.empty_blob_folders = std::move(blobs.empty_blob_folders);
  inventory.other_blobs = std::move(blobs.other_blobs);
  append(inventory.temporary_files, std::move(blobs.temporary_files));
  append(inventory.findings, std::move(blobs.findings));
  append(inventory.obstacles, std::move(blobs.obstacles));
  inventory.litter.merge(blobs.litter);
  list_v2(v2, inventory);
  keep_what_is_led_to(v2, inventory);
  if (!stop.requested() && is_worth_looking_beside(inventory))
    look_beside(v2, stop, inventory);
  inventory.litter.report(inventory.findings);
  return inventory;
}

}  // namespace dregs
