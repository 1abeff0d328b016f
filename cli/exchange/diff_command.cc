// `dregs diff`: look at A → look at B → compare. It reads only.
#include <fmt/format.h>

#include <memory>

#include "cli/exchange/diff_report.h"
#include "cli/exchange/exchange_commands.h"
#include "cli/output/delivery.h"
#include "cli/output/print_findings.h"
#include "gc/context/stopwatch.h"
#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

struct DiffOptions {
  std::string a;
  std::string b;
  std::vector<std::string> refs;
};

void require_no_root(const GlobalOptions& global) {
  if (global.root || global.config)
    throw SelectionError(
        fmt::format("diff compares the two registries that it is given; leave "
                    "out {}",
                    global.root ? "--root" : "--config"));
}

std::vector<ImageRef> repositories_named(
    const std::vector<std::string>& texts) {
  std::vector<ImageRef> refs = parse_image_refs(texts);
  for (const ImageRef& ref : refs)
    if (ref.tag || ref.hex)
      throw SelectionError(
          fmt::format("'{}' is not a repository; diff compares whole "
                      "repositories",
                      escaped(ref.text)));
  return refs;
}

bool knows(const RegistryContent& content, const ImageRef& ref) {
  const auto is_meant = [&](const auto& each) {
    return names_repository({ref}, each.repository);
  };
  return std::any_of(content.tags.begin(), content.tags.end(), is_meant) ||
         std::any_of(content.manifests.begin(), content.manifests.end(),
                     is_meant);
}

// Nothing equals nothing, and a word with a typing error must not be a proof.
void require_matches(const DiffReport& report,
                     const std::vector<ImageRef>& refs) {
  for (const ImageRef& ref : refs)
    if (!knows(report.a.content, ref) && !knows(report.b.content, ref))
      throw SelectionError(
          fmt::format("'{}' names no repository with an image in either",
                      escaped(ref.text)));
}

void print(const DiffReport& report, const GlobalOptions& global) {
  if (global.json) return fmt::print("{}", to_json(report));
  if (!global.quiet)
    return print_text(report, Palette(global.colour), global.verbose);
  for (const ComparedSide* side : {&report.a, &report.b})
    print_problems(side->unreadable, side->store);
}

ExitCode run_diff(const GlobalOptions& global, const DiffOptions& options) {
  const Stopwatch stopwatch;
  require_no_root(global);
  const std::vector<ImageRef> refs = repositories_named(options.refs);
  DiffReport report;
  report.a = look_at(options.a, refs, global);
  report.b = look_at(options.b, refs, global);
  require_matches(report, refs);
  report.differences = compare(report.a.content, report.b.content);
  // Where something could not be read, nobody can say that they are the same.
  report.exit_code = report.differences.any() || !report.a.unreadable.empty() ||
                             !report.b.unreadable.empty()
                         ? ExitCode::problems
                         : ExitCode::done;
  report.seconds = stopwatch.seconds();
  return write_out(report.exit_code, ExitCode::could_not_run,
                   [&] { print(report, global); });
}

}  // namespace

void add_diff_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<DiffOptions>();
  CLI::App* diff = app.add_subcommand(
      "diff",
      "Compare two registries: tags that differ, manifests and blobs that one "
      "lacks; exit 1 where they differ");
  const std::string sides =
      "a root, s3://BUCKET/PREFIX, a registry's config.yml, or what dregs ls "
      "--json printed, which has tags alone";
  diff->add_option("A", options->a, "The one: " + sides)
      ->type_name("A")
      ->required();
  diff->add_option("B", options->b, "The other one, named likewise")
      ->type_name("B")
      ->required();
  diff->add_option("REPO", options->refs,
                   "Only these repositories, and the blobs that they link")
      ->type_name("REPO");
  diff->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_diff(global, *options);
    };
  });
}

}  // namespace dregs
