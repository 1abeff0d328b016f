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
#include "gc/explain/image_findings.h"
#include "gc/explain/named_repositories.h"
#include "gc/names/selection.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// A bare name means the tag that docker means by it.
std::string with_tag(const std::string& ref) {
  const ImageRef parsed = parse_image_ref(ref);
  return parsed.tag || parsed.hex ? ref : ref + ":latest";
}

// The manifest, and the tag by which it was named.
struct Named {
  const Repository* repository = nullptr;
  std::string tag;
  Digest digest;
};

Named the_one(const Inventory& inventory, const ImageRef& ref) {
  const std::vector<Selected> found = select(inventory, {ref});
  if (found.size() > 1)
    throw SelectionError(
        fmt::format("'{}' names {} images, and only one can be inspected",
                    escaped(ref.text), found.size()));
  const Repository& repository = inventory.repositories[found[0].repository];
  if (found[0].digest) return {&repository, "", *found[0].digest};
  const Tag& tag = repository.tags[*found[0].tag];
  if (!tag.current)
    throw SelectionError(fmt::format(
        "'{}' names nothing: its link is missing or damaged; dregs ls {} says "
        "more",
        escaped(ref.text), escaped(repository.name)));
  return {&repository, tag.name, *tag.current};
}

ExitCode run_inspect(const GlobalOptions& global, const std::string& text) {
  const Stopwatch stopwatch;
  StopRequest& stop = stop_on_signals();
  const ImageRef ref = parse_image_ref(with_tag(text));
  const OpenedStore store = open_store(global);
  ScanProgress progress;
  const Inventory inventory = store.storage->scan_named({ref}, stop, progress);
  if (stop.requested()) stop_early(stop, "");
  const Named named = the_one(inventory, ref);
  const std::string who =
      named.repository->name +
      (named.tag.empty() ? "@" + named.digest.to_string() : ":" + named.tag);
  const Inspection inspection =
      inspect_manifest(store.reader(), *named.repository, named.digest, who);
  const ExitCode exit_code =
      has_problems(inspection.findings) ? ExitCode::problems : ExitCode::done;
  return deliver({store,
                  inspection.findings,
                  {},
                  exit_code,
                  [&] {
                    return to_json(inspection, named.tag, store, exit_code,
                                   stopwatch.seconds());
                  },
                  [&](const Palette& palette) {
                    print_text(inspection, named.tag, store, palette,
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
