// A CacheReport says which images `dregs cache` let go, and how large the cache
// is. It is printed as JSON, schema dregs.cache/1 (promises.md#json), or as
// text.
#pragma once

#include <optional>
#include <string>

#include "cli/terminal/terminal.h"
#include "gc/eviction/evict.h"
#include "gc/runs/removal_report.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct CacheReport {
  CacheLimits limits;
  // None where the run ended before it was decided.
  std::optional<Eviction> eviction;
  RemovalReport run;
};

std::string to_json(const CacheReport& report, const OpenedStore& store);

void print_text(const CacheReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
