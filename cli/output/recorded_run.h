// `--record FILE`: writes that a run ended into the file that `status` reads.
#pragma once

#include <string>

#include "gc/context/exit_code.h"
#include "gc/runs/gc_report.h"
#include "gc/runs/removal_report.h"
#include "gc/saved/run_record.h"
#include "gc/storage/opened_store.h"

namespace dregs {

// Records a run that ends now. Nothing where `file` is empty. What cannot be
// written is told as save_beside_report() tells it.
void save_record(const OpenedStore& store, const std::string& file,
                 RecordedRun run, std::string& error, ExitCode& code);

// The same of what removes; nothing of a dry run. `command`: gc, apply, rm,
// retain or cache.
void save_record(const OpenedStore& store, const std::string& file,
                 const std::string& command, GcReport& report);
void save_record(const OpenedStore& store, const std::string& file,
                 const std::string& command, RemovalReport& report);

}  // namespace dregs
