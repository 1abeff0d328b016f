// DiskStorage is a store in a folder of a disk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gc/remove/aside_folder.h"
#include "gc/storage/storage.h"
#include "scanner/disk/root.h"
#include "scanner/files/disk_reader.h"

namespace dregs {

class DiskStorage final : public Storage {
 public:
  // `v2` is the open folder of root.directory; it is borrowed, and holds the
  // lock.
  DiskStorage(ResolvedRoot root, int v2);

  const StoreReader& reader() const override { return reader_; }
  Survey take_survey(bool proxy_cache, const StopRequest& stop,
                     SurveyProgress& progress) const override;
  std::unique_ptr<ManifestSource> manifests() const override;
  Inventory scan_named(const std::vector<ImageRef>& refs,
                       const StopRequest& stop,
                       ScanProgress& progress) const override;
  Exclusivity look_for_others() const override;
  Exclusivity make_exclusive() override;
  std::vector<Refusal> lock_out_others() override;
  std::vector<RegistryProcess> find_processes() const override;
  std::unique_ptr<WriteWatch> watch(const Inventory& scanned, StopRequest& stop,
                                    LookForNewcomers newcomers) override;
  std::vector<Refusal> use_trash(const std::string& run, bool may_try) override;
  std::unique_ptr<TrashCan> trash() override;
  std::vector<TrashedRun> quarantined() const override;
  std::unique_ptr<Remover> remover(const Inventory& scanned,
                                   std::int64_t newest_temporary_ns) override;
  std::unique_ptr<LinkWriter> link_writer() override;
  std::vector<Refusal> reasons_not_to_heal(
      const std::string& way_out) const override;
  std::unique_ptr<Healer> healer(const std::string& run) override;
  std::vector<Refusal> reasons_of_newcomers() override;
  Surroundings look_around() const override;
  FutureLinks find_future_links(const Inventory& inventory, const Plan& plan,
                                std::int64_t now_ns) const override;
  std::uint64_t identity() const override;

 private:
  ResolvedRoot root_;
  int v2_;
  DiskReader reader_;
  std::unique_ptr<AsideFolder> trash_;
};

}  // namespace dregs
