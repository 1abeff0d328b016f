// `dregs inspect`: one manifest, its parts, and what refers to it.
#include <fmt/format.h>

#include <memory>

#include "cli/commands/commands.h"
#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/reports/inspect_report.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/context/stopwatch.h"
#include "gc/explain/named_repositories.h"
#include "gc/names/named_image.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// A bare name means the tag that docker means by it.
std::string with_tag(const std::string& ref) {
  const ImageRef parsed = parse_image_ref(ref);
  return parsed.tag || parsed.hex ? ref : ref + ":latest";
}

ExitCode run_inspect(const GlobalOptions& global, const std::string& text) {
  const Stopwatch stopwatch;
  StopRequest& stop = stop_on_signals();
  const ImageRef ref = parse_image_ref(with_tag(text));
  const OpenedStore store = open_store(global);
  ScanProgress progress;
  const Inventory inventory = store.storage->scan_named({ref}, stop, progress);
  if (stop.requested()) stop_early(stop, "");
  const NamedImage image = named_image(inventory, ref);
  const Inspection inspection =
      inspect_manifest(store.reader(), inventory.repositories[image.repository],
                       image.digest, image.text(inventory));
  const ExitCode exit_code =
      exit_code_of_done(global.fail_on, inspection.findings);
  return deliver({store,
                  inspection.findings,
                  {},
                  exit_code,
                  [&] {
                    return to_json(inspection, image.tag, store, exit_code,
                                   stopwatch.seconds());
                  },
                  [&](const Palette& palette) {
                    print_text(inspection, image.tag, store, palette,
                               global.verbose);
                  }},
                 global);
}

}  // namespace

void add_inspect_command(CLI::App& app, Invocation& invocation) {
  const auto ref = std::make_shared<std::string>();
  CLI::App* inspect = app.add_subcommand(
      "inspect", "Show a manifest, its parts and what refers to it");
  inspect
      ->add_option("REF", *ref,
                   "REPO:TAG or REPO@sha256:HEX; REPO alone is REPO:latest")
      ->type_name("REF")
      ->required();
  inspect->callback([&invocation, ref] {
    invocation.run = [ref](const GlobalOptions& global) {
      return run_inspect(global, *ref);
    };
  });
}

}  // namespace dregs
