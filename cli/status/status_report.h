// What `dregs status` says of a registry, and its two forms of output: ten
// lines, and schema dregs.status/1 (docs/status.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/output/json_document.h"
#include "cli/terminal/terminal.h"
#include "gc/remove/trash.h"
#include "gc/saved/run_record.h"

namespace dregs {

// Blobs that a verification has read and that have not changed since.
struct VerifiedPart {
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
  std::optional<std::int64_t> oldest_ns;  // the proof that is oldest
  std::optional<std::int64_t> newest_ns;
};

struct StatusReport {
  std::uint64_t repositories = 0;
  std::uint64_t tags = 0;
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;  // of the blobs
  std::uint64_t gc_frees = 0;
  std::uint64_t gc_m_frees = 0;          // with --delete-untagged
  std::optional<RunRecord> record;       // none without --record
  std::optional<VerifiedPart> verified;  // none without --state
  std::vector<TrashedRun> trash;
  std::vector<TrashedRun> quarantine;
  std::vector<std::string> pinned;  // repositories
  std::vector<Finding> findings;
  std::int64_t now_ns = 0;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

std::string to_json(const StatusReport& report, const OpenedStore& store);

// Ten lines.
void print_text(const StatusReport& report, const Palette& palette);

}  // namespace dregs
