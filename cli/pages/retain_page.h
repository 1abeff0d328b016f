// `dregs retain --html`: one page that needs no network, with each repository's
// tags on a time line, and what each rule frees.
#pragma once

#include <string>

#include "cli/reports/retain_report.h"
#include "gc/retention/freed_by_rules.h"
#include "gc/rules/retention_policy.h"

namespace dregs {

// `made_ns`: when retain looked at the store, ns since epoch. Pure.
std::string retain_page(const RetainReport& report,
                        const RetentionPolicy& policy,
                        const FreedByRules& freed, const OpenedStore& store,
                        std::int64_t made_ns);

}  // namespace dregs
