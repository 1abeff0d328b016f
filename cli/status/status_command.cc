#include "cli/status/status_command.h"

#include <algorithm>
#include <memory>

#include "cli/output/delivery.h"
#include "cli/output/run_context.h"
#include "cli/reports/measure_usage.h"
#include "cli/status/status_report.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/runs/collection_notes.h"
#include "gc/runs/gc_report.h"
#include "gc/runs/shown_survey.h"
#include "gc/saved/verify_state.h"

namespace dregs {
namespace {

struct StatusOptions {
  std::string record_file;
  std::string state_file;
};

VerifiedPart verified_part(const BlobTable& blobs, const ProvedBlobs& proved) {
  VerifiedPart part;
  for (BlobId id = 0; id < blobs.size(); ++id) {
    const ProvedBlob* proof = proof_of(proved, blobs[id]);
    if (proof == nullptr) continue;
    ++part.blobs;
    part.bytes += blobs[id].size;
    part.oldest_ns =
        std::min(part.oldest_ns.value_or(proof->proved_ns), proof->proved_ns);
    part.newest_ns =
        std::max(part.newest_ns.value_or(proof->proved_ns), proof->proved_ns);
  }
  return part;
}

// As a collection would count now.
void count_store(const OpenedStore& store, const Survey& survey,
                 StatusReport& report) {
  Policy policy;
  policy.now_ns = survey.inventory.started_ns;
  store.storage->adapt(policy, false);
  report.now_ns = policy.now_ns;
  DuReport usage;
  measure_store(survey, policy, usage);
  report.gc_frees = usage.gc_frees.bytes;
  report.gc_m_frees = usage.gc_m_frees.bytes;
  const MarkSet marks =
      mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  GcReport counted;
  count(survey, marks, counted);
  explain_first_pushes(survey, marks, policy, counted);
  report.repositories = counted.repositories;
  report.tags = counted.tags;
  report.blobs = counted.blobs.total;
  report.bytes = counted.bytes.total;
  report.findings = std::move(counted.findings);
  for (const PinnedRepository& each : counted.pinned)
    report.pinned.push_back(each.name);
}

ExitCode run_status(const GlobalOptions& global, const StatusOptions& options) {
  StopRequest& stop = stop_on_signals();
  const Stopwatch stopwatch;
  const OpenedStore store = open_store(global);
  const std::uint64_t identity = store.storage->identity();
  StatusReport report;
  if (!options.record_file.empty())
    report.record = load_record(options.record_file, identity);
  ProvedBlobs proved;
  if (!options.state_file.empty())
    proved = load_state(options.state_file, identity);
  const Survey survey =
      survey_with_progress(store, run_context(global).show, stop);
  if (stop.requested()) stop_early(stop, "");
  count_store(store, survey, report);
  if (!options.state_file.empty())
    report.verified = verified_part(survey.inventory.blobs, proved);
  report.trash = store.storage->trash()->list();
  report.quarantine = store.storage->quarantined();
  sort_findings(report.findings);
  report.exit_code = exit_code_of_done(global.fail_on, report.findings,
                                       !report.pinned.empty());
  report.seconds = stopwatch.seconds();
  return deliver({store,
                  report.findings,
                  {},
                  report.exit_code,
                  [&] { return to_json(report, store); },
                  [&](const Palette& palette) { print_text(report, palette); }},
                 global);
}

}  // namespace

void add_status_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<StatusOptions>();
  CLI::App* status = app.add_subcommand(
      "status",
      "Say in ten lines how the registry is: what ran last, what a "
      "collection would free, what was verified, what is wrong");
  status
      ->add_option("--record", options->record_file,
                   "When each command ran last, as runs with --record wrote it")
      ->type_name("FILE");
  status
      ->add_option("--state", options->state_file,
                   "What was verified, as verify --state keeps it")
      ->type_name("FILE");
  status->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return run_status(global, *options);
    };
  });
}

}  // namespace dregs
