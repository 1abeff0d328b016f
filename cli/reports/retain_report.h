// A RetainReport says what `dregs retain` decided and did. It is printed as
// JSON, schema dregs.retain/1 (promises.md#json), or as text
// (retention-rules.md#4).
#pragma once

#include <string>
#include <vector>

#include "cli/reports/rm_report.h"
#include "gc/retention/decide.h"

namespace dregs {

struct RetainedTag {
  std::string tag;
  std::optional<Digest> digest;
  KnownTime pushed;
  KnownTime created;  // where a rule asks for it
  TagDecision decision;
};

struct RetainedRepository {
  std::size_t position = 0;  // in the inventory
  std::string name;
  std::vector<RetainedTag> tags;  // newest first, then by name
  std::vector<ManifestDecision> manifests;
};

struct RetainTotals {
  std::uint64_t tags_kept = 0;
  std::uint64_t tags_removed = 0;
  std::uint64_t manifests_removed = 0;
};

struct RetainReport {
  std::vector<RetainedRepository> repositories;  // by name
  bool list = false;                             // all, and not what goes alone
  std::string page;                              // --html; empty: none
  std::string plan_file;                         // --plan; empty: none
  RemovalReport run;
};

// Copies what the report needs: a collection afterwards replaces the survey.
std::vector<RetainedRepository> retained(const RetentionDecision& decision,
                                         const StoreTimes& times,
                                         const Inventory& inventory);

// Counts what a dry run would remove, or what a real run removed.
RetainTotals totals_of(const RetainReport& report);

std::string to_json(const RetainReport& report, const OpenedStore& store);

void print_text(const RetainReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
