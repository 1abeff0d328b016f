// `dregs export`: survey → choose → copy into an OCI layout. It reads the store
// only.
#include <fmt/format.h>

#include <memory>

#include "cli/exchange/exchange_commands.h"
#include "cli/output/delivery.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/output/run_context.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/context/stopwatch.h"
#include "gc/layouts/export.h"
#include "gc/runs/shown_survey.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

struct Exported {
  ExportChoice choice;
  ExportResult result;
  bool written = false;
  double seconds = 0;
};

struct ExportCommand {
  std::vector<std::string> refs;
  ExportOptions options;
};

Json to_json(const CopiedBlobs& blobs) {
  return {{"count", blobs.count}, {"bytes", blobs.bytes}};
}

std::string to_json(const Exported& exported, const std::string& to,
                    const OpenedStore& store, ExitCode code) {
  Json document = json_document("dregs.export/1", store);
  document["to"] = utf8(to);
  document["written"] = exported.written;
  document["images"] = Json::array();
  for (const ExportedImage& image : exported.choice.images)
    document["images"].push_back({{"name", text_or_null(image.name)},
                                  {"digest", image.digest.to_string()}});
  document["blobs"] = {{"copied", to_json(exported.result.copied)},
                       {"shared", to_json(exported.result.shared)},
                       {"there", to_json(exported.result.there)},
                       {"left_out", to_json(exported.result.left_out)}};
  return finish_json(std::move(document), exported.result.findings, store, code,
                     exported.seconds);
}

void print_row(const char* what, const CopiedBlobs& blobs) {
  if (blobs.count > 0)
    fmt::print("{}: {}, {}\n", what, counted(blobs.count, "blob", "blobs"),
               human_bytes(blobs.bytes));
}

void print_text(const Exported& exported, const std::string& to,
                const OpenedStore& store, const Palette& palette,
                bool verbose) {
  for (const ExportedImage& image : exported.choice.images)
    if (!image.name.empty() || verbose)
      fmt::print(
          "{}  {}\n", image.digest.to_string(),
          image.name.empty() ? "(refers to one of them)" : escaped(image.name));
  print_row("copied", exported.result.copied);
  print_row("shared with the store's files", exported.result.shared);
  print_row("in the layout before", exported.result.there);
  print_row("left out, for another layout has them", exported.result.left_out);
  fmt::print("{}\n", palette.strong(
                         exported.written
                             ? escaped(to) + " holds them."
                             : "Nothing was exported: not all of it is there "
                               "and sound."));
  print_findings(stdout, exported.result.findings, store, palette, verbose);
}

// Copies nothing where something is known to be missing.
void copy(const OpenedStore& store, const ExportOptions& options,
          const GlobalOptions& global, const StopRequest& stop,
          Exported& exported) {
  exported.result.findings = exported.choice.findings;
  if (!exported.result.findings.empty()) return;
  ExportProgress progress;
  const Stopwatch stopwatch;
  const ProgressLine line(!global.quiet, [&] {
    return "copying blobs: " +
           progress_text(progress.done, progress.blobs, stopwatch.seconds());
  });
  exported.result =
      export_images(store, exported.choice, options, stop, progress);
  exported.written = exported.result.findings.empty();
}

ExitCode run_export(const GlobalOptions& global, const ExportCommand& command) {
  const Stopwatch stopwatch;
  StopRequest& stop = stop_on_signals();
  const std::vector<ImageRef> refs = parse_image_refs(command.refs);
  const OpenedStore store = open_store(global);
  const Survey survey =
      survey_with_progress(store, run_context(global).show, stop);
  if (stop.requested()) stop_early(stop, "nothing was exported");
  Exported exported;
  exported.choice = choose_export(survey, select(survey.inventory, refs));
  if (exported.choice.images.empty())
    throw SelectionError("the repositories that are named have no tags");
  copy(store, command.options, global, stop, exported);
  exported.seconds = stopwatch.seconds();
  const ExitCode code = exported.written ? ExitCode::done : ExitCode::problems;
  const std::string& to = command.options.to;
  return deliver({store,
                  exported.result.findings,
                  {},
                  code,
                  [&] { return to_json(exported, to, store, code); },
                  [&](const Palette& palette) {
                    print_text(exported, to, store, palette, global.verbose);
                  }},
                 global);
}

}  // namespace

void add_export_command(CLI::App& app, Invocation& invocation) {
  const auto command = std::make_shared<ExportCommand>();
  CLI::App* exporting = app.add_subcommand(
      "export",
      "Copy images into an OCI layout, with their signatures and attestations");
  exporting
      ->add_option("REF", command->refs,
                   "REPO, REPO:TAG or REPO@sha256:HEX, or globs in quotes")
      ->type_name("REF")
      ->required();
  exporting
      ->add_option("--to", command->options.to,
                   "The layout: a new or empty folder, or a layout that gets "
                   "these images as well")
      ->type_name("DIR")
      ->required();
  exporting
      ->add_option("--unless-in", command->options.unless_in,
                   "Leave out the layers that this layout has; can be given "
                   "several times")
      ->type_name("DIR")
      ->allow_extra_args(false);
  exporting->callback([&invocation, command] {
    invocation.run = [command](const GlobalOptions& global) {
      return run_export(global, *command);
    };
  });
}

}  // namespace dregs
