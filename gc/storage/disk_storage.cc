#include "gc/storage/disk_storage.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "gc/explain/named_repositories.h"
#include "gc/guard/disk_watch.h"
#include "gc/heal/disk_healer.h"
#include "gc/heal/disk_link_writer.h"
#include "gc/remove/disk_trash.h"
#include "gc/storage/move_aside.h"
#include "scanner/disk/look_around.h"
#include "scanner/disk/manifest_reader.h"
#include "scanner/files/descriptor.h"

namespace dregs {
DiskStorage::DiskStorage(ResolvedRoot root, int v2)
    : root_(std::move(root)), v2_(v2), reader_(v2) {}

Survey DiskStorage::take_survey(bool proxy_cache, const StopRequest& stop,
                                SurveyProgress& progress) const {
  Survey survey = dregs::take_survey(v2_, proxy_cache, stop, progress);
  survey.surroundings.database_in_use = look_around().database_in_use;
  return survey;
}

std::unique_ptr<ManifestSource> DiskStorage::manifests() const {
  return std::make_unique<DiskManifests>(v2_);
}

Inventory DiskStorage::scan_named(const std::vector<ImageRef>& refs,
                                  const StopRequest& stop,
                                  ScanProgress& progress) const {
  return dregs::scan_named(v2_, refs, stop, progress);
}

Exclusivity DiskStorage::look_for_others() const {
  return look_for_registries(root_);
}

Exclusivity DiskStorage::make_exclusive() {
  return dregs::make_exclusive(root_, v2_);
}

std::vector<Refusal> DiskStorage::lock_out_others() {
  return dregs::lock_out_others(root_, v2_);
}

std::vector<RegistryProcess> DiskStorage::find_processes() const {
  return find_registry_processes(root_);
}

std::unique_ptr<WriteWatch> DiskStorage::watch(const Inventory& scanned,
                                               StopRequest& stop,
                                               LookForNewcomers newcomers) {
  return std::make_unique<DiskWatch>(v2_, root_.directory, scanned, stop,
                                     std::move(newcomers));
}

std::vector<Refusal> DiskStorage::use_trash(const std::string& run,
                                            bool may_try) {
  std::vector<Refusal> reasons =
      reasons_not_to_move_aside(v2_, may_try, kWithoutTrash);
  if (reasons.empty())
    trash_ = std::make_unique<AsideFolder>(v2_, "trash/" + run);
  return reasons;
}

std::unique_ptr<TrashCan> DiskStorage::trash() {
  return std::make_unique<DiskTrash>(v2_);
}

std::vector<TrashedRun> DiskStorage::quarantined() const {
  return runs_put_aside(v2_, "quarantine");
}

std::unique_ptr<Remover> DiskStorage::remover(
    const Inventory& scanned, std::int64_t newest_temporary_ns) {
  return std::make_unique<DiskRemover>(v2_, scanned, newest_temporary_ns,
                                       trash_.get());
}

std::unique_ptr<LinkWriter> DiskStorage::link_writer() {
  return std::make_unique<DiskLinkWriter>(v2_);
}

std::vector<Refusal> DiskStorage::reasons_not_to_heal(
    const std::string& way_out) const {
  return reasons_not_to_move_aside(v2_, true, way_out);
}

std::unique_ptr<Healer> DiskStorage::healer(const std::string& run) {
  return std::make_unique<DiskHealer>(v2_, run);
}

std::vector<Refusal> DiskStorage::reasons_of_newcomers() {
  std::vector<Refusal> reasons;
  for (const RegistryProcess& process : find_processes())
    if (!process.readonly) reasons.push_back(refusal_for(process));
  return reasons;
}

// A symbolic link may lead to v2, so both places are looked at.
Surroundings DiskStorage::look_around() const {
  Surroundings around = dregs::look_around(v2_);
  around.database_in_use |=
      dregs::look_around(root_.rootdirectory).database_in_use;
  return around;
}

FutureLinks DiskStorage::find_future_links(const Inventory& inventory,
                                           const Plan& plan,
                                           std::int64_t now_ns) const {
  return dregs::find_future_links(v2_, inventory, plan, now_ns);
}

std::uint64_t DiskStorage::identity() const {
  FileStatus status;
  if (const int error = descriptor_status(v2_, status))
    throw std::runtime_error(
        fmt::format("cannot look at the root: {}", std::strerror(error)));
  return status.inode;
}

}  // namespace dregs
