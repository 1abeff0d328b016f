// `dregs rollback`: scan one repository → check that the image is whole → write
// the link as a push does.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/output/delivery.h"
#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/output/run_context.h"
#include "cli/terminal/signals.h"
#include "gc/context/stopped_early.h"
#include "gc/context/stopwatch.h"
#include "gc/decide/requested_removal.h"
#include "gc/explain/named_repositories.h"
#include "gc/explain/tag_history.h"
#include "gc/guard/other_users.h"
#include "gc/runs/rollback.h"
#include "scanner/formats/append.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// Holds the parts of REPO:TAG@sha256:HEX. HEX may be the beginning of a digest.
struct RollbackRef {
  ImageRef tag;
  std::string hex;
};

RollbackRef parse_rollback_ref(const std::string& text) {
  const std::size_t at = text.rfind('@');
  const auto hex = at == std::string::npos
                       ? std::nullopt
                       : parse_digest_prefix(text.substr(at + 1));
  if (hex) {
    RollbackRef ref{parse_image_ref(text.substr(0, at)), *hex};
    if (ref.tag.tag && !is_glob(ref.tag.text)) return ref;
  }
  throw SelectionError(fmt::format(
      "'{}' is not REPO:TAG@sha256:HEX; dregs ls --history REPO:TAG names what "
      "a tag was before",
      escaped(text)));
}

class RollbackRun {
 public:
  RollbackRun(const GlobalOptions& global, const std::string& ref, bool dry_run)
      : global_(global),
        ref_(parse_rollback_ref(ref)),
        dry_run_(dry_run),
        stop_(stop_on_signals()) {}

  ExitCode run() {
    store_ = open_store(global_);
    const Exclusivity others = dry_run_ ? store_.storage->look_for_others()
                                        : store_.storage->make_exclusive();
    findings_ = others.findings;
    refusals_ = others.refusals;
    if (!refusals_.empty()) return finish();
    find_tag();
    refuse_gitlab();
    append(refusals_, untouchable(inventory_, {{repository_, {}}}));
    if (refusals_.empty()) find_revision();
    if (refusals_.empty()) require_whole();
    if (refusals_.empty() && !dry_run_ && !is_current()) carry_out();
    return finish();
  }

 private:
  const Repository& repository() const {
    return inventory_.repositories[repository_];
  }
  bool is_current() const { return change_.from == change_.to; }

  void find_tag() {
    ScanProgress progress;
    inventory_ = store_.storage->scan_named({ref_.tag}, stop_, progress);
    if (stop_.requested()) stop_early(stop_, "nothing was changed");
    const Selected found = select(inventory_, {ref_.tag}).front();
    repository_ = found.repository;
    tag_ = repository().tags[*found.tag];
    change_.repository = repository().name;
    change_.tag = tag_.name;
    change_.from = tag_.current;
  }

  void refuse_gitlab() {
    if (store_.storage->look_around().database_in_use)
      refusals_.push_back(
          {"lockfiles/database-in-use: GitLab keeps this registry's tags in a "
           "database, and its links are not the truth",
           "change the tag with GitLab"});
  }

  std::string name() const {
    return fmt::format("{}:{}", escaped(change_.repository),
                       escaped(change_.tag));
  }

  void find_revision() {
    std::vector<Digest> meant;
    for (const TagRevision& each :
         read_tag_history(store_.reader(), change_.repository, tag_))
      if (each.digest.hex().starts_with(ref_.hex)) meant.push_back(each.digest);
    if (meant.size() == 1) {
      change_.to = meant.front();
      found_ = true;
      return;
    }
    refusals_.push_back(
        {meant.empty()
             ? fmt::format("{} never was sha256:{}, by its history", name(),
                           ref_.hex)
             : fmt::format("sha256:{} could be any of {} manifests that {} was",
                           ref_.hex, meant.size(), name()),
         fmt::format("dregs ls --history {} names what it was", name())});
  }

  void require_whole() {
    const Inspection inspection =
        inspect_manifest(store_.reader(), repository(), change_.to,
                         change_.repository + "@" + change_.to.to_string());
    for (const std::string& reason :
         what_is_not_whole(repository(), inspection))
      refusals_.push_back(
          {fmt::format("the image is not whole: {}", escaped(reason)),
           "dregs inspect and dregs verify say more; push the image again"});
  }

  // A server may have been started since the first look.
  void carry_out() {
    for (const RegistryProcess& process : store_.storage->find_processes())
      if (!process.readonly) refusals_.push_back(refusal_for(process));
    append(refusals_, store_.storage->signs_of_writers(inventory_));
    if (!refusals_.empty()) return;
    const std::unique_ptr<LinkWriter> links = store_.storage->link_writer();
    const RollbackOutcome result = dregs::carry_out(change_, *links);
    switch (result.outcome.state) {
      case LinkOutcome::State::written:
        changed_ = true;
        break;
      case LinkOutcome::State::changed:
        refusals_.push_back({name() + " changed while dregs was looking",
                             "stop whatever writes to it, and run again"});
        break;
      case LinkOutcome::State::failed:
        throw std::runtime_error(fmt::format(
            "cannot write {}: {}; {} names what it did or what it was to",
            escaped(store_.shown(result.path)), result.outcome.detail, name()));
    }
  }

  std::string conclusion() const {
    if (!refusals_.empty()) return "Refused: nothing was changed.";
    const std::string to = short_digest(change_.to);
    if (is_current())
      return fmt::format("{} is {} already. Nothing was changed.", name(), to);
    const std::string from =
        change_.from ? " instead of " + short_digest(*change_.from) : "";
    return dry_run_ ? fmt::format("{} would be {}{}. Nothing was changed.",
                                  name(), to, from)
                    : fmt::format("{} is {}{} now.", name(), to, from);
  }

  std::string json(ExitCode exit_code) const {
    Json document = json_document("dregs.rollback/1", store_);
    document["dry_run"] = dry_run_;
    document["repository"] = text_or_null(change_.repository);
    document["tag"] = text_or_null(change_.tag);
    document["from"] =
        change_.from ? Json(change_.from->to_string()) : Json(nullptr);
    document["to"] = found_ ? Json(change_.to.to_string()) : Json(nullptr);
    document["changed"] = changed_;
    document["refused"] = refusals_json(refusals_);
    return finish_json(std::move(document), findings_, store_, exit_code,
                       stopwatch_.seconds());
  }

  ExitCode finish() {
    sort_findings(findings_);
    const ExitCode code = refusals_.empty()
                              ? exit_code_of_done(global_.fail_on, findings_)
                              : ExitCode::refused;
    return deliver(
        {store_, findings_, refusals_, code, [&] { return json(code); },
         [&](const Palette& palette) {
           fmt::print("{}\n", palette.strong(conclusion()));
           print_findings(stdout, findings_, store_, palette, global_.verbose);
         }},
        global_);
  }

  const GlobalOptions& global_;
  RollbackRef ref_;
  bool dry_run_;
  StopRequest& stop_;
  Stopwatch stopwatch_;
  OpenedStore store_;
  Inventory inventory_;
  std::uint32_t repository_ = 0;
  Tag tag_;
  Rollback change_;
  bool found_ = false;
  bool changed_ = false;
  std::vector<Refusal> refusals_;
  std::vector<Finding> findings_;
};

}  // namespace

void add_rollback_command(CLI::App& app, Invocation& invocation) {
  struct Options {
    std::string ref;
    bool dry_run = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* rollback = app.add_subcommand(
      "rollback", "Make a tag mean an image again that it was before");
  rollback
      ->add_option("REF", options->ref,
                   "REPO:TAG@sha256:HEX; the first 8 digits will do")
      ->type_name("REF")
      ->required();
  rollback->add_flag("-n,--dry-run", options->dry_run,
                     "Look whether it can be done, and change nothing");
  rollback->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return RollbackRun(global, options->ref, options->dry_run).run();
    };
  });
}

}  // namespace dregs
