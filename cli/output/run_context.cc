#include "cli/output/run_context.h"

#include <fmt/format.h>

#include "cli/output/print_findings.h"
#include "cli/terminal/signals.h"
#include "cli/terminal/terminal.h"
#include "gc/context/stopwatch.h"
#include "gc/saved/user_file.h"
#include "gc/survey/take_survey.h"
#include "scanner/config/price_file.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// From now on, until it is let go.
ShownLine show_line(std::function<std::string(double seconds)> describe) {
  return std::make_shared<ProgressLine>(
      true, [describe = std::move(describe), stopwatch = Stopwatch()] {
        return describe(stopwatch.seconds());
      });
}

ShowProgress progress_lines() {
  return {[](const SurveyProgress& progress) {
            return show_line(
                [&](double seconds) { return describe(progress, seconds); });
          },
          [](const SweepProgress& progress) {
            return show_line([&](double seconds) {
              return "removing " +
                     progress_text(progress.done, progress.planned, seconds);
            });
          },
          [](const RepairProgress& progress) {
            return show_line([&](double) {
              return fmt::format("repairing {}: {} read",
                                 counted(progress.files, "file", "files"),
                                 human_bytes(progress.bytes));
            });
          }};
}

// Where somebody else wrote, the run ends too, but its report asks for what is
// left.
bool is_told_to_stop() {
  const StopReason reason = stop_on_signals().reason();
  return reason != StopReason::none && reason != StopReason::changed;
}

}  // namespace

RunContext run_context(const GlobalOptions& options) {
  return {root_request(options), stop_on_signals(),
          options.quiet ? ShowProgress() : progress_lines(), options.fail_on};
}

RootRequest root_request(const GlobalOptions& options) {
  RootRequest request;
  request.root = options.root;
  request.config = options.config;
  request.environment = own_environment();
  request.bucket = options.bucket;
  if (!options.price_file.empty())
    request.bucket.prices = parse_prices(read_file(options.price_file),
                                         escaped(options.price_file));
  request.bucket.stopped = is_told_to_stop;
  request.bucket.say = print_error;
  return request;
}

OpenedStore open_store(const GlobalOptions& options) {
  return open_store(root_request(options));
}

std::string describe(const SurveyProgress& progress, double seconds) {
  const std::uint64_t wanted = progress.manifests.wanted;
  if (wanted > 0)
    return "reading manifests: " +
           progress_text(progress.manifests.read, wanted, seconds);
  return "scanning: " + grouped(progress.scan.blobs) + " blobs, " +
         grouped(progress.scan.links) + " links";
}

}  // namespace dregs
