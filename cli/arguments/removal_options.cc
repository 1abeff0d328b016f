#include "cli/arguments/removal_options.h"

#include "cli/arguments/deadline.h"

namespace dregs {

void add_removal_options(CLI::App& command, CollectionOptions& options,
                         RemovalOutputs& outputs) {
  command
      .add_option("--max-delete", options.policy.max_delete_percent,
                  "Refuse where more of the blobs or bytes would go")
      ->type_name("PERCENT")
      ->check(between(0, 100));
  command.add_flag("--list", outputs.list, "Name every removal");
  command.add_flag("--prove", options.prove,
                   "Look again afterwards, whether each tag and manifest has "
                   "all that it needs");
  CLI::Option* trash = command.add_flag(
      "--trash", options.trash,
      "Move files to the trash instead of deleting them; dregs "
      "trash restores them, or empties it");
  command
      .add_flag("--purge-versions", options.purge_versions,
                "In a bucket with versions: remove for good what goes, older "
                "versions too, and what earlier removals hid")
      ->excludes(trash);
  add_deadline(command, options.deadline);
  command
      .add_option("--metrics", outputs.metrics_file,
                  "Write what Prometheus' textfile collector reads")
      ->type_name("FILE");
  add_record(command, outputs.record_file);
}

void add_record(CLI::App& command, std::string& file) {
  command
      .add_option("--record", file,
                  "Note here when it ran and how it ended, for dregs status; a "
                  "dry run is not noted")
      ->type_name("FILE");
}

void add_allow_empty(CLI::App& command, Policy& policy) {
  command.add_flag("--allow-empty", policy.allow_empty,
                   "Go on where nothing at all is live");
}

}  // namespace dregs
