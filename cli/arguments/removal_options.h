// The flags of every command that removes, with one meaning
// (promises.md#may-touch): gc, apply, rm, retain and cache.
#pragma once

#include <string>

#include "cli/arguments/options.h"
#include "gc/runs/collection.h"

namespace dregs {

// What a run tells beside its report, or in more words.
struct RemovalOutputs {
  bool list = false;
  std::string metrics_file;  // empty: none
  std::string record_file;   // empty: none
};

// --max-delete, --trash, --prove, --deadline, --list, --metrics and --record.
void add_removal_options(CLI::App& command, CollectionOptions& options,
                         RemovalOutputs& outputs);

// Of verify as well.
void add_record(CLI::App& command, std::string& file);

void add_allow_empty(CLI::App& command, Policy& policy);

}  // namespace dregs
