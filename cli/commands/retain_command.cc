// `dregs retain`: its flags. retention.h runs it.
#include <memory>
#include <stdexcept>

#include "cli/arguments/removal_options.h"
#include "cli/commands/commands.h"
#include "cli/commands/retention.h"
#include "cli/reports/policy_check.h"
#include "gc/context/stopwatch.h"
#include "gc/rules/policy_file.h"

namespace dregs {
namespace {

struct RetainFlags : RetainOptions {
  std::string check_file;
};

ExitCode check_policy(const GlobalOptions& global, const std::string& file) {
  PolicyCheck check;
  check.file = file;
  const Stopwatch stopwatch;
  try {
    const RetentionPolicy policy = load_retention_policy(file);
    check.rules = policy.rules.size();
    check.untagged_rules = policy.untagged.size();
  } catch (const PolicyError& error) {
    check.error = {error.what(), error.why(), error.place()};
  } catch (const std::runtime_error& error) {
    check.error = {error.what(), error.what(), {}};
  }
  check.seconds = stopwatch.seconds();
  return deliver(check, global);
}

void add_keep_options(CLI::App& retain, RetainWords& words) {
  retain
      .add_option("--keep-last", words.keep_last,
                  "Keep the newest N images of each repository")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  retain
      .add_option("--keep-within", words.keep_within,
                  "Keep what was pushed within this time: 12h, 30d, 2w, 1y")
      ->type_name("AGE");
  retain
      .add_option("--keep-tag", words.keep_tags,
                  "Keep these tags, a glob or a /regular expression/; latest "
                  "stays in any case")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  retain
      .add_option("--per", words.per,
                  "Let --keep-last count per group: tags for which the (…) of "
                  "this regular expression match the same; others stay")
      ->type_name("REGEX");
  retain
      .add_option("--keep-revisions", words.keep_revisions,
                  "Let untagged manifests go, but for the newest N that each "
                  "tag named before")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  retain
      .add_option("--min-kept", words.min_kept,
                  "Refuse where fewer tags of a repository would stay (1)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""));
}

}  // namespace

void add_retain_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<RetainFlags>();
  CLI::App* retain = app.add_subcommand(
      "retain", "Remove the tags that a policy lets go; the others stay");
  retain
      ->add_option("REF", options->words.refs,
                   "REPO or REPO:TAG, or globs in quotes; with --policy only "
                   "these repositories are looked at")
      ->type_name("REF");
  CLI::Option* policy = retain
                            ->add_option("--policy", options->words.policy_file,
                                         "Which tags stay, and which may go")
                            ->type_name("FILE");
  retain
      ->add_option("--check", options->check_file,
                   "Only check this policy, and look at no registry")
      ->type_name("FILE")
      ->excludes(policy);
  add_keep_options(*retain, options->words);
  retain
      ->add_option("--in-use", options->in_use,
                   "Keep what this list names: JSON of kubectl, docker or "
                   "nomad, or one image a line; -: stdin")
      ->type_name("FILE")
      ->allow_extra_args(false);
  CLI::Option* dry_run =
      retain->add_flag("-n,--dry-run", options->run.collection.dry_run,
                       "Say what would go, and remove nothing");
  retain->add_flag("--gc", options->run.collect,
                   "Then remove what no image needs any more, as gc does");
  add_removal_options(*retain, options->run.collection, options->outputs);
  retain->get_option("--max-delete")
      ->description(
          "Refuse where more of the tags (50), blobs or bytes would "
          "go");
  retain->get_option("--list")->description(
      "Show what stays as well, and name every removal");
  add_allow_empty(*retain, options->run.collection.policy);
  retain
      ->add_option("--plan", options->plan_file,
                   "Save what would go, to be looked at and given to apply")
      ->type_name("FILE")
      ->needs(dry_run);
  retain
      ->add_option("--html", options->page_file,
                   "Also write one self-contained page to look at: what "
                   "stays, what goes, and why; -: to stdout")
      ->type_name("FILE");
  retain->callback([&invocation, options] {
    invocation.run = [options](const GlobalOptions& global) {
      return options->check_file.empty()
                 ? run_retain(global, *options)
                 : check_policy(global, options->check_file);
    };
  });
}

}  // namespace dregs
