// `dregs verify`: survey → read → look again → repair → report. Only reads,
// unless it is to repair, or to move away what is corrupt.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>

#include "cli/arguments/deadline.h"
#include "cli/arguments/removal_options.h"
#include "cli/commands/commands.h"
#include "cli/metrics/verify_metrics.h"
#include "cli/output/delivery.h"
#include "cli/output/print_findings.h"
#include "cli/output/recorded_run.h"
#include "cli/output/run_context.h"
#include "cli/output/saved_files.h"
#include "cli/reports/verify_report.h"
#include "cli/terminal/signals.h"
#include "cli/terminal/terminal.h"
#include "gc/context/deadline_clock.h"
#include "gc/context/stopped_early.h"
#include "gc/context/stopwatch.h"
#include "gc/guard/aftercare.h"
#include "gc/guard/other_users.h"
#include "gc/runs/healing.h"
#include "gc/saved/user_file.h"
#include "gc/saved/verify_state.h"
#include "gc/storage/move_aside.h"
#include "scanner/files/clock.h"
#include "scanner/formats/append.h"

namespace dregs {
namespace {

constexpr std::uint32_t kMostShards = 65'536;

struct VerifyOptions {
  std::vector<std::string> refs;
  Shard shard;
  std::uint64_t bytes_per_second = 0;
  HealingOptions healing;
  std::string state_file;
  std::string metrics_file;
  std::string record_file;
  std::int64_t since_ns = 0;
  std::optional<std::chrono::system_clock::time_point> deadline;
};

std::optional<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto part = whole_number(text.substr(0, slash));
  const auto of = whole_number(text.substr(slash + 1));
  if (!part || !of || *part < 1 || *part > *of || *of > kMostShards)
    return std::nullopt;
  return Shard{*part, *of};
}

bool was_not_written(const Repaired& repaired) {
  return repaired.outcome == Repaired::Outcome::failed;
}

bool is_left_there(const Quarantined& moved) { return !moved.error.empty(); }

// But for files that could not be written beside the report.
ExitCode exit_code_of(const VerifyReport& report, FailOn fail_on,
                      StopReason stopped_by) {
  const Verified& verified = report.verified;
  if (!report.refusals.empty()) return ExitCode::refused;
  if (!verified.complete) return exit_code_of(stopped_by);
  if (std::ranges::any_of(report.moved, is_left_there) ||
      std::ranges::any_of(report.repaired, was_not_written))
    return ExitCode::stopped;
  return exit_code_of_done(
      fail_on, verified.findings,
      !verified.broken_tags.empty() || !verified.broken_revisions.empty());
}

class VerifyRun {
 public:
  VerifyRun(const GlobalOptions& global, const VerifyOptions& options)
      : global_(global), options_(options), stop_(stop_on_signals()) {}

  ExitCode run() {
    VerifyRequest request;
    request.refs = parse_image_refs(options_.refs);
    request.shard = options_.shard;
    request.bytes_per_second = options_.bytes_per_second;
    request.since_ns = options_.since_ns;
    const OpenedStore store = open_store(global_);
    if (!options_.state_file.empty())
      request.proved =
          load_state(options_.state_file, store.storage->identity());
    else if (options_.healing.repairs())
      request.proved.emplace();
    const DeadlineClock clock(options_.deadline, stop_);
    Healing healing(options_.healing, store, root_request(global_));
    // A server would go on to announce what is moved while it runs.
    if (options_.healing.writes())
      report_.refusals = reasons_not_to_write(store);
    if (report_.refusals.empty()) {
      if (!verify(store, request)) stop_early(stop_, "nothing was read yet");
      if (!may_write_parts(store)) return finish(store);
      if (options_.healing.repairs() && nobody_came(store))
        heal(store, std::move(request), healing);
      if (!options_.state_file.empty()) save_state(store);
      if (options_.healing.quarantine && nobody_came(store))
        move_away(store, healing);
    }
    return finish(store);
  }

 private:
  static constexpr auto kLookOnly =
      "run without --quarantine and without repairs";

  std::vector<Refusal> reasons_not_to_write(const OpenedStore& store) {
    others_ = store.storage->make_exclusive();
    std::vector<Refusal> reasons = others_.refusals;
    if (!store.in_bucket())
      append(reasons, reasons_not_to_move_aside(
                          store, find_frame_parts(store.v2.get()), kLookOnly));
    if (!reasons.empty()) return reasons;
    return store.storage->reasons_not_to_heal(kLookOnly);
  }

  // Where namespaces are the survey alone knows.
  bool may_write_parts(const OpenedStore& store) {
    if (options_.healing.writes())
      append(report_.refusals, reasons_not_to_move_aside(
                                   store, report_.verified.parts, kLookOnly));
    return report_.refusals.empty();
  }

  ExitCode finish(const OpenedStore& store) {
    report_.shard = options_.shard;
    report_.quarantine = options_.healing.quarantine;
    report_.repair = options_.healing.repairs();
    report_.exit_code = exit_code();
    report_.seconds = stopwatch_.seconds();
    save_metrics(store);
    save_record(store, options_.record_file, recorded(), report_.not_saved,
                report_.exit_code);
    return deliver({store, report_.verified.findings, report_.refusals,
                    report_.exit_code, [&] { return to_json(report_, store); },
                    [&](const Palette& palette) {
                      print_text(report_, store, palette, global_.verbose);
                    }},
                   global_);
  }

  // False where it was stopped before there was anything to report.
  bool verify(const OpenedStore& store, VerifyRequest request) {
    VerifyProgress progress;
    const double begun = stopwatch_.seconds();
    std::atomic<double> surveyed{0};  // seconds from the start
    const ProgressLine line(!global_.quiet, [&] {
      const double now = stopwatch_.seconds();
      if (progress.looks_again)
        return std::string("looking again at what looked wrong");
      return progress.blobs.blobs_wanted > 0
                 ? describe(progress.blobs, now - surveyed)
                 : describe(progress.survey, now - begun);
    });
    const TakeSurvey survey = [&](SurveyProgress& surveying) {
      Survey taken =
          store.storage->take_survey(store.proxy_cache, stop_, surveying);
      signs_ = store.storage->signs_of_writers(taken.inventory);
      return taken;
    };
    Verification verification(store.reader(), survey, std::move(request), stop_,
                              progress);
    verification.take_first_survey();
    if (stop_.requested()) return false;
    // Before hours of reading.
    if (!looked_ && options_.healing.writes()) report_.refusals = signs_;
    looked_ = true;
    if (!report_.refusals.empty()) return true;
    surveyed = stopwatch_.seconds();
    verification.read_blobs();
    report_.reading_seconds += stopwatch_.seconds() - surveyed;
    verification.look_again();
    report_.verified = verification.result();
    proved_ = verification.proved();
    return true;
  }

  // Until nothing comes to light that could be repaired: a manifest that is
  // back may need more.
  void heal(const OpenedStore& store, VerifyRequest request, Healing& healing) {
    const Verified first = report_.verified;
    while (report_.verified.complete &&
           healing.heal(report_.verified.findings, run_context(global_).show,
                        stop_)) {
      request.proved = std::move(proved_);
      request.since_ns = std::numeric_limits<std::int64_t>::max();
      request.pause = request.pause.zero();
      if (!verify(store, request)) report_.verified.complete = false;
      report_.verified.blobs = first.blobs;
      report_.verified.bytes = first.bytes;
      report_.verified.by_checksum = first.by_checksum;
      report_.verified.not_due = first.not_due;
    }
    report_.repaired = healing.repaired();
  }

  // Hours of reading are worth a report all the same.
  void save_state(const OpenedStore& store) {
    try {
      replace_file(state_text(proved_, store.storage->identity()),
                   options_.state_file, store.root);
    } catch (const std::runtime_error& error) {
      print_error(error.what());
      report_.not_saved = error.what();
    }
  }

  void save_metrics(const OpenedStore& store) {
    if (options_.metrics_file.empty()) return;
    const ProvedBlobs* proved =
        options_.state_file.empty() ? nullptr : &proved_;
    save_beside_report(
        [&] {
          replace_file(verify_metrics(report_, proved, now_ns(),
                                      text_before(options_.metrics_file)),
                       options_.metrics_file, store.root);
        },
        report_.not_saved, report_.exit_code);
  }

  RecordedRun recorded() const {
    RecordedRun run;
    run.command = "verify";
    run.seconds = report_.seconds;
    run.bytes = report_.verified.bytes;
    return run;
  }

  // Since the first look, which may have been a night ago.
  bool nobody_came(const OpenedStore& store) {
    append(report_.refusals, store.storage->reasons_of_newcomers());
    append(report_.refusals, signs_);
    return report_.refusals.empty();
  }

  void move_away(const OpenedStore& store, Healing& healing) {
    if (!report_.verified.complete) return;
    report_.moved = healing.quarantine(report_.verified.findings);
    if (!std::ranges::all_of(report_.moved, is_left_there))
      append(report_.verified.findings, aftercare(store.root, others_));
  }

  ExitCode exit_code() const {
    const ExitCode code =
        exit_code_of(report_, global_.fail_on, stop_.reason());
    return report_.not_saved.empty() ? code
                                     : std::max(code, ExitCode::could_not_run);
  }

  const GlobalOptions& global_;
  const VerifyOptions& options_;
  StopRequest& stop_;
  Stopwatch stopwatch_;
  Exclusivity others_;
  ProvedBlobs proved_;
  std::vector<Refusal> signs_;  // of writers, by the last survey
  bool looked_ = false;         // a first survey was taken
  VerifyReport report_;
};

}  // namespace

void add_verify_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* verify = app.add_subcommand(
      "verify", "Read every blob, and prove that every image is whole");
  verify
      ->add_option("REF", options->refs,
                   "Only what these need: repositories, tags or manifests, or "
                   "globs of them in quotes")
      ->type_name("REF");
  verify
      ->add_option_function<std::string>(
          "--shard",
          [options](const std::string& text) {
            const auto shard = parse_shard(text);
            if (!shard)
              throw CLI::ValidationError(
                  "--shard", "'" + text +
                                 "' is not a part; write 1/4 for the first of "
                                 "four");
            options->shard = *shard;
          },
          "Only the K-th of N equal parts of the digest space")
      ->type_name("K/N");
  verify
      ->add_option("--limit-rate", options->bytes_per_second,
                   "Read at most so many bytes a second: 500K, 50M")
      ->type_name("RATE")
      ->transform(CLI::AsSizeValue(false).description(""));
  verify->add_flag("--checksums", invocation.global.bucket.checksums,
                   "In a bucket: believe the SHA-256 that the storage keeps of "
                   "an object, and read only what has none");
  CLI::Option* state =
      verify->add_option("--state", options->state_file,
                         "Remember here what was proved, and when");
  state->type_name("FILE");
  add_duration(*verify, "--since", options->since_ns,
               "With --state: leave out what was proved within this time and "
               "has not changed")
      ->needs(state);
  verify->add_flag("--quarantine", options->healing.quarantine,
                   "Move corrupt files away, so that a push heals what needs "
                   "them; not while a registry serves");
  verify
      ->add_option("--repair-from", options->healing.from,
                   "Take blobs that are corrupt or missing from this other "
                   "registry: a folder, s3://BUCKET/PREFIX, or the "
                   "configuration of one; not while a registry serves")
      ->type_name("DIR|URL|FILE");
  verify->add_flag("--repair-links", options->healing.links,
                   "Write links anew that can only have held one digest; not "
                   "while a registry serves");
  add_deadline(*verify, options->deadline);
  verify
      ->add_option("--metrics", options->metrics_file,
                   "Write what Prometheus' textfile collector reads")
      ->type_name("FILE");
  add_record(*verify, options->record_file);
  verify->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return VerifyRun(global, *options).run();
    };
  });
}

}  // namespace dregs
