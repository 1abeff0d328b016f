#include "cli/output/recorded_run.h"

#include <utility>

#include "cli/output/saved_files.h"
#include "gc/saved/user_file.h"
#include "scanner/files/clock.h"

namespace dregs {

void save_record(const OpenedStore& store, const std::string& file,
                 RecordedRun run, std::string& error, ExitCode& code) {
  if (file.empty()) return;
  run.ended_s = now_ns() / 1'000'000'000;
  run.exit_code = static_cast<int>(code);
  save_beside_report(
      [&] {
        RunRecord record = load_record(file, store.storage->identity());
        add_run(record, std::move(run));
        replace_file(record_text(record), file, store.root);
      },
      error, code);
}

void save_record(const OpenedStore& store, const std::string& file,
                 const std::string& command, GcReport& report) {
  if (report.dry_run) return;
  RecordedRun run;
  run.command = command;
  run.seconds = report.seconds;
  run.collected = true;
  run.bytes = report.bytes_freed;
  run.trash = report.trash;
  save_record(store, file, std::move(run), report.not_saved, report.exit_code);
}

void save_record(const OpenedStore& store, const std::string& file,
                 const std::string& command, RemovalReport& report) {
  if (report.dry_run) return;
  RecordedRun run;
  run.command = command;
  run.seconds = report.seconds;
  run.collected = report.collects;
  run.bytes = report.collects ? report.frees.value_or(0) : 0;
  run.trash = report.trash;
  save_record(store, file, std::move(run), report.not_saved, report.exit_code);
}

}  // namespace dregs
