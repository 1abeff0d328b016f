// A RunRecord says when each command that removes or verifies ran last, and how
// it ended: what --record FILE keeps from run to run, and `status` reads. JSON;
// docs/status.md has its keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

struct RecordedRun {
  std::string command;       // gc, apply, rm, retain or verify
  std::int64_t ended_s = 0;  // since the epoch
  int exit_code = 0;
  double seconds = 0;
  bool collected = false;   // removed what no image needs
  std::uint64_t bytes = 0;  // removed, or of verify: read
  std::string trash;        // the run's name in the trash; empty without
  // When one ended with 0 or 1 last; none where none did.
  std::optional<std::int64_t> succeeded_s;
};

struct RunRecord {
  std::uint64_t identity = 0;     // the store's: Storage::identity()
  std::vector<RecordedRun> runs;  // one for each command, sorted by it
};

// Puts the run in the place of the last one of its command, whose time of
// success it keeps where it was none itself. Pure.
void add_run(RunRecord& record, RecordedRun run);

// The last one that collected; nullptr where none did. Pure.
const RecordedRun* last_collection(const RunRecord& record);
const RecordedRun* last_run(const RunRecord& record, std::string_view command);

std::string record_text(const RunRecord& record);

// Pure; `name` is the file's. Throws std::runtime_error, in one line, for what
// is no record, or belongs to another store.
RunRecord parse_record(const std::string& text, std::uint64_t identity,
                       const std::string& name);

// Empty where there is no such file yet.
RunRecord load_record(const std::string& file, std::uint64_t identity);

}  // namespace dregs
