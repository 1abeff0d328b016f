// `dregs verify`: survey → read → look again → report. Only reads, unless it is
// to move away what is corrupt.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/deadline.h"
#include "cli/print_findings.h"
#include "cli/run_name.h"
#include "cli/signals.h"
#include "cli/stopwatch.h"
#include "cli/survey_progress.h"
#include "cli/terminal.h"
#include "cli/user_file.h"
#include "cli/verify_report.h"
#include "cli/verify_state.h"
#include "gc/image_findings.h"

namespace dregs {
namespace {

constexpr std::uint32_t kMostShards = 65'536;

struct VerifyOptions {
  std::vector<std::string> refs;
  Shard shard;
  std::uint64_t bytes_per_second = 0;
  bool quarantine = false;
  std::string state_file;
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

class VerifyRun {
 public:
  VerifyRun(const GlobalOptions& global, const VerifyOptions& options)
      : global_(global), options_(options), stop_(stop_on_signals()) {}

  ExitCode run() {
    VerifyRequest request;
    request.refs = parse_image_refs(options_.refs);
    request.shard = options_.shard;
    request.bytes_per_second = options_.bytes_per_second;
    const OpenedStore store = open_store(global_);
    request.since_ns = options_.since_ns;
    if (!options_.state_file.empty())
      request.proved = load_state(options_.state_file, root_inode(store));
    const DeadlineClock clock(options_.deadline, stop_);
    Verification verification(store.v2.get(), store.proxy_cache,
                              std::move(request), stop_, progress_);
    if (options_.quarantine) refuse_company(store);
    if (report_.refusals.empty()) {
      if (!carry_out(verification)) return exit_code_of(stop_.reason());
      report_.verified = verification.result();
      if (!options_.state_file.empty())
        replace_file(state_text(verification.proved(), root_inode(store)),
                     options_.state_file, store);
      if (options_.quarantine) move_away(store);
    }
    print_refusals(report_.refusals);
    report_.shard = options_.shard;
    report_.quarantine = options_.quarantine;
    report_.exit_code = exit_code();
    report_.seconds = stopwatch_.seconds();
    if (global_.json)
      fmt::print("{}", to_json(report_, store));
    else if (!global_.quiet)
      print_text(report_, store, global_);
    return report_.exit_code;
  }

 private:
  // What is moved under a server's eyes it would go on to announce.
  void refuse_company(const OpenedStore& store) {
    report_.refusals = make_exclusive(store).refusals;
  }

  void move_away(const OpenedStore& store) {
    if (!report_.verified.complete) return;
    const int v2 = store.v2.get();
    report_.moved = quarantine(v2, name_of_run(),
                               worth_quarantine(report_.verified.findings, v2));
  }

  // False where it was stopped before there was anything to report.
  bool carry_out(Verification& verification) {
    const ProgressLine line(!global_.quiet, [this] { return describe_now(); });
    verification.take_first_survey();
    if (stop_.requested()) return false;
    surveyed_ = stopwatch_.seconds();
    verification.read_blobs();
    report_.reading_seconds = stopwatch_.seconds() - surveyed_;
    verification.look_again();
    return true;
  }

  std::string describe_now() const {
    const double seconds = stopwatch_.seconds();
    if (progress_.looks_again) return "looking again at what looked wrong";
    return progress_.blobs.blobs_wanted > 0
               ? describe(progress_.blobs, seconds - surveyed_)
               : describe(progress_.survey, seconds);
  }

  ExitCode exit_code() const {
    if (!report_.refusals.empty()) return ExitCode::refused;
    if (!report_.verified.complete) return exit_code_of(stop_.reason());
    if (std::any_of(report_.moved.begin(), report_.moved.end(),
                    [](const MovedFile& moved) { return moved.error != 0; }))
      return ExitCode::stopped;
    return has_problems(report_.verified.findings) ? ExitCode::problems
                                                   : ExitCode::done;
  }

  const GlobalOptions& global_;
  const VerifyOptions& options_;
  StopRequest& stop_;
  Stopwatch stopwatch_;
  VerifyProgress progress_;
  std::atomic<double> surveyed_{0};  // seconds from the start
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
                                 "' is no part; write 1/4 for the first of "
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
  CLI::Option* state =
      verify->add_option("--state", options->state_file,
                         "Remember here what was proved, and when");
  state->type_name("FILE");
  add_duration(*verify, "--since", options->since_ns,
               "With --state: leave out what was proved within this time and "
               "has not changed")
      ->needs(state);
  verify->add_flag("--quarantine", options->quarantine,
                   "Move corrupt files away, so that a push heals what needs "
                   "them; not while a registry serves");
  add_deadline(*verify, options->deadline);
  verify->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return VerifyRun(global, *options).run();
    };
  });
}

}  // namespace dregs
