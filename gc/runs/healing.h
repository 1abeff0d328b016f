// `verify --repair-from`, `--repair-links` and `--quarantine`: where sound
// bytes come from, and what came of each repair.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gc/context/progress.h"
#include "gc/heal/healer.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct HealingOptions {
  // --repair-from: a folder, s3://BUCKET/PREFIX, or a registry's configuration;
  // empty: blobs are not repaired.
  std::string from;
  bool links = false;       // --repair-links
  bool quarantine = false;  // --quarantine

  bool repairs() const { return links || !from.empty(); }
  bool writes() const { return quarantine || repairs(); }
};

class Healing {
 public:
  // `options` and `store` are borrowed. What `own` says of buckets and of keys
  // holds for the other registry, too. Throws RootError where there is none, or
  // it is the same.
  Healing(const HealingOptions& options, const OpenedStore& store,
          const RootRequest& own);

  // Repairs what these findings are about, and tries again what could not be
  // before. True: something changed, and it is worth looking again.
  bool heal(const std::vector<Finding>& findings, const ShowProgress& show,
            const StopRequest& stop);

  // Moves away what is wrong by these findings.
  std::vector<Quarantined> quarantine(const std::vector<Finding>& findings);

  // Sorted; each with what came of it last.
  std::vector<Repaired> repaired() const;

 private:
  const HealingOptions& options_;
  std::unique_ptr<Healer> healer_;
  std::optional<OpenedStore> other_;
  std::map<Repair, Repaired> repaired_;
};

}  // namespace dregs
