// A Storage is where a store is kept: a DiskStorage or a BucketStorage. It is
// what differs between the two once a command runs; everything that decides
// works on the Survey and does not know it.
//
// Unless said otherwise, any thread may call, and the calling task arena does
// the work.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gc/decide/refusal.h"
#include "gc/guard/future_links.h"
#include "gc/guard/other_users.h"
#include "gc/guard/write_watch.h"
#include "gc/heal/healer.h"
#include "gc/heal/link_writer.h"
#include "gc/names/image_ref.h"
#include "gc/purge/purged.h"
#include "gc/remove/remover.h"
#include "gc/remove/trash.h"
#include "gc/survey/take_survey.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// Requests by kind, repeats included, and what they cost.
struct RequestsMade {
  std::uint64_t list = 0;
  std::uint64_t get = 0;
  std::uint64_t head = 0;
  std::uint64_t remove = 0;
  std::uint64_t put = 0;
  std::uint64_t retries = 0;
  double usd = 0;
  std::string prices;  // whose these are, for a person
};

class Storage {
 public:
  virtual ~Storage() = default;

  virtual const StoreReader& reader() const = 0;

  // The survey is not complete where `stop` was requested. `proxy_cache` is
  // what the configuration says.
  virtual Survey take_survey(bool proxy_cache, const StopRequest& stop,
                             SurveyProgress& progress) const = 0;
  // Reads single manifests of the last survey. It borrows the Storage.
  virtual std::unique_ptr<ManifestSource> manifests() const = 0;
  // Has at least the repositories that `refs` name, and no blobs; see
  // gc/explain/named_repositories.h.
  virtual Inventory scan_named(const std::vector<ImageRef>& refs,
                               const StopRequest& stop,
                               ScanProgress& progress) const = 0;

  // Who else uses the store, for a command that only reads, and for one that
  // removes: that one holds the store until the Storage goes.
  virtual Exclusivity look_for_others() const = 0;
  virtual Exclusivity make_exclusive() = 0;
  // Why this command may not change what lies beside the store and no registry
  // reads. Until the Storage goes, no other command may.
  virtual std::vector<Refusal> lock_out_others() = 0;
  // Whoever serves the store now. Throws std::runtime_error where nobody can
  // tell.
  virtual std::vector<RegistryProcess> find_processes() const = 0;

  // `scanned` and `stop` are borrowed and outlive the watch.
  virtual std::unique_ptr<WriteWatch> watch(const Inventory& scanned,
                                            StopRequest& stop,
                                            LookForNewcomers newcomers) = 0;

  // Why files cannot move to the trash; from then on, those that go move to
  // the run's folder there. Where `may_try` they are moved for a trial.
  virtual std::vector<Refusal> use_trash(const std::string& run,
                                         bool may_try) = 0;
  virtual std::unique_ptr<TrashCan> trash() = 0;
  // What verify --quarantine moved away, by run. Throws as TrashCan::list().
  virtual std::vector<TrashedRun> quarantined() const = 0;

  // `scanned` is borrowed and outlives the remover. Temporary files that are
  // newer stay where they lie beside what goes.
  virtual std::unique_ptr<Remover> remover(
      const Inventory& scanned, std::int64_t newest_temporary_ns) = 0;

  virtual std::unique_ptr<LinkWriter> link_writer() = 0;

  // Why nothing can be healed here, `way_out` being what to do instead; it is
  // tried out, and leaves nothing.
  virtual std::vector<Refusal> reasons_not_to_heal(
      const std::string& /*way_out*/) const {
    return {};
  }
  // Puts what it replaces into the run's folder in quarantine.
  virtual std::unique_ptr<Healer> healer(const std::string& run) = 0;
  // Who may write by now, a long time after make_exclusive(). Throws as
  // find_processes().
  virtual std::vector<Refusal> reasons_of_newcomers() = 0;

  // What lies beside the store.
  virtual Surroundings look_around() const = 0;

  // Links that the plan would remove and that are of the future.
  virtual FutureLinks find_future_links(const Inventory& inventory,
                                        const Plan& plan,
                                        std::int64_t now_ns) const = 0;

  // Signs in an inventory that somebody writes whom nobody can see; nothing may
  // be removed then.
  virtual std::vector<Refusal> signs_of_writers(const Inventory&) const {
    return {};
  }

  // What the policy is there where nobody said otherwise; a storage with a
  // clock of its own sets what "now" is. `min_age_said`: by the user.
  virtual void adapt(Policy&, bool /*min_age_said*/) const {}

  // What has been asked of it over a network; none of a disk.
  virtual std::optional<RequestsMade> requests() const { return std::nullopt; }

  // Removes for good what the storage keeps of removed things: those of the
  // plan, which went before, and those that earlier runs removed. In a dry run
  // it only looks. Of a disk, nothing.
  virtual Purged purge(const Survey&, const Plan&, const PurgeScope&,
                       const StopRequest&) {
    return {};
  }
  // All of this run together; none where nobody asked for it.
  virtual std::optional<Purged> purged() const { return std::nullopt; }

  // A saved plan or state belongs to the store with that identity: a move or
  // a container does not change it. Throws std::runtime_error.
  virtual std::uint64_t identity() const = 0;
};

}  // namespace dregs
