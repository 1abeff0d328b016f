// `verify --repair-from` and `--repair-links`: where sound bytes come from, and
// what came of each repair.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gc/context/progress.h"
#include "gc/heal/repair.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct HealingOptions {
  std::string from;  // --repair-from; empty: blobs are not repaired
  bool links = false;

  bool asked() const { return links || !from.empty(); }
};

class Healing {
 public:
  // Both are borrowed. Throws RootError where the other registry's folder is
  // none, or is the same.
  Healing(const HealingOptions& options, const OpenedStore& store);

  // Repairs what these findings are about, and tries again what could not be
  // before. True: something changed, and it is worth looking again.
  bool heal(const std::vector<Finding>& findings, const ShowProgress& show,
            const StopRequest& stop);

  // Sorted; each with what came of it last.
  std::vector<Repaired> repaired() const;

 private:
  const HealingOptions& options_;
  const OpenedStore& store_;
  std::optional<OpenedStore> other_;
  std::string run_;
  std::map<Repair, Repaired> repaired_;
};

}  // namespace dregs
