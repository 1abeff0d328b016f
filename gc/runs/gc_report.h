// What a collection found and did, counted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gc/context/exit_code.h"
#include "gc/decide/plan.h"
#include "gc/decide/refusal.h"
#include "gc/mark/survey.h"
#include "gc/remove/sweep.h"
#include "gc/saved/plan_comparison.h"
#include "gc/verify/prove.h"

namespace dregs {

struct Tally {
  std::uint64_t total = 0;
  std::uint64_t live = 0;
  std::uint64_t removed = 0;
  std::uint64_t kept() const { return total - live - removed; }
};

struct PinnedRepository {
  std::string name;
  std::string reason;
};

struct GcReport {
  bool dry_run = false;
  bool delete_untagged = false;
  std::uint64_t repositories = 0;
  std::uint64_t tags = 0;
  Tally manifests;
  Tally blobs;
  Tally bytes;
  Tally layer_links;
  Tally tag_history;
  Tally uploads;
  std::uint64_t upload_bytes_removed = 0;
  std::uint64_t temporary_files_removed = 0;
  std::uint64_t folders_removed = 0;
  // Blobs, uploads and temporary files; with a trash that frees nothing yet.
  std::uint64_t bytes_freed = 0;
  std::string trash;  // this run's name in it; empty without
  // What --delete-untagged would remove beyond this plan; none where it was
  // given or would be refused.
  struct Further {
    std::uint64_t manifests = 0;
    std::uint64_t blobs = 0;
    std::uint64_t bytes = 0;
  };
  std::optional<Further> with_delete_untagged;
  std::optional<AppliedPlan> applied;  // of a run that keeps to a saved plan
  std::optional<LookBack> look_back;   // of a run that looked again
  std::string plan_file;  // where the plan was saved; empty: nowhere
  std::string not_saved;  // why a file that was asked for is not there
  std::vector<PinnedRepository> pinned;
  // Sentences for a person: what stays though it could go, and the way out.
  std::vector<std::string> advice;
  std::vector<Refusal> refusals;
  std::vector<Finding> findings;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

// Whether anything went, or would go, but folders that are left empty.
bool removed_files(const GcReport& report);

// Counts what there is and what is live.
void count(const Survey& survey, const MarkSet& marks, GcReport& report);

// Adds what went: planned in a dry run, done otherwise.
void add_removed(GcReport& report, const KindTotals& removed);

}  // namespace dregs
