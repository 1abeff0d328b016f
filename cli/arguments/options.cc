#include "cli/arguments/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "cli/arguments/help_text.h"

#ifndef DREGS_VERSION
#error "the build defines DREGS_VERSION"
#endif

namespace dregs {
namespace {

// Waiting threads, not cores, keep a cold disk's queue deep; warm, the extra
// ones cost next to nothing. docs/performance.md has the figures.
unsigned default_jobs() {
  return std::max(32U, 4 * std::thread::hardware_concurrency());
}

void add_global_options(CLI::App& app, GlobalOptions& global) {
  app.add_option("--root", global.root,
                 "The registry's rootdirectory, or its docker/registry/v2")
      ->type_name("DIR");
  app.add_option("--config", global.config,
                 "The registry's config.yml, which names the root")
      ->type_name("FILE");
  app.add_flag("--json", global.json, "One JSON document on stdout");
  app.add_flag("-q,--quiet", global.quiet, "Only errors, and no report");
  app.add_flag("-v,--verbose", global.verbose, "Say more about each problem");
  app.add_option("-j,--jobs", global.jobs, "Threads")
      ->type_name("N")
      ->check(between(1, 1024));
  static const std::vector<std::pair<std::string, Colour>> kColours = {
      {"auto", Colour::automatic},
      {"always", Colour::always},
      {"never", Colour::never}};
  app.add_option("--color", global.colour, "Colours; auto: on a terminal only")
      ->type_name("auto|always|never")
      ->transform(one_of(kColours));
  static const std::vector<std::pair<std::string, FailOn>> kSeverities = {
      {"error", FailOn::error},
      {"warning", FailOn::warning},
      {"never", FailOn::never}};
  app.add_option("--fail-on", global.fail_on,
                 "Exit with 1 for findings from this severity on (error); a "
                 "pinned repository is an error")
      ->type_name("error|warning|never")
      ->transform(one_of(kSeverities));
}

// For a root that is s3://BUCKET/PREFIX, by --root or by the configuration.
void add_bucket_options(CLI::App& app, GlobalOptions& global) {
  BucketRequest& bucket = global.bucket;
  constexpr auto kGroup = "In object storage";
  app.add_option("--endpoint", bucket.endpoint,
                 "The server, where it is not Amazon's")
      ->type_name("URL")
      ->group(kGroup);
  app.add_option("--region", bucket.region, "The bucket's region")
      ->type_name("R")
      ->group(kGroup);
  app.add_flag("--path-style", bucket.path_style,
               "Ask for HOST/BUCKET/KEY instead of BUCKET.HOST/KEY")
      ->group(kGroup);
  app.add_option("--connections", bucket.connections,
                 "Requests at the same time (32)")
      ->type_name("N")
      ->check(between(1, 1024))
      ->group(kGroup);
  app.add_option("--requests-per-second", bucket.requests_per_second,
                 "No more than that (no limit)")
      ->type_name("N")
      ->check(between(0, 1'000'000))
      ->group(kGroup);
  app.add_option("--cache", bucket.cache_file,
                 "Keep the manifests there, so that a later run need not ask "
                 "for them")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option(
         "--price", global.price_file,
         "What 1,000 requests of a kind cost, in USD (AWS' list prices)")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_flag("--registry-stopped", bucket.registry_stopped,
               "Say that no registry writes to the bucket: nobody can see that "
               "from here")
      ->group(kGroup);
  app.add_option("--registry-url", bucket.registry_url,
                 "Ask the registry there whether it refuses pushes")
      ->type_name("URL")
      ->group(kGroup);
}

std::string exit_code_help() {
  std::string text = "Exit codes:\n";
  for (const ExitCodeRow& row : kExitCodes) {
    const std::string code = std::to_string(static_cast<int>(row.code));
    text += std::string(5 - code.size(), ' ') + code + "  " +
            std::string(row.meaning) + "\n";
  }
  return text;
}

}  // namespace

CLI::Option* add_duration(CLI::App& app, const std::string& flag,
                          std::int64_t& ns, const std::string& help) {
  static const std::map<std::string, std::int64_t> kUnits = {
      {"s", 1'000'000'000LL},
      {"m", 60'000'000'000LL},
      {"h", 3'600'000'000'000LL},
      {"d", 86'400'000'000'000LL},
      {"w", 604'800'000'000'000LL}};
  const auto units = CLI::AsNumberWithUnit(
      kUnits,
      CLI::AsNumberWithUnit::Options(CLI::AsNumberWithUnit::CASE_SENSITIVE |
                                     CLI::AsNumberWithUnit::UNIT_REQUIRED));
  const auto is_sound = [units](std::string& text) {
    try {
      return !text.starts_with('-') && units(text).empty();
    } catch (const CLI::ValidationError&) {
      return false;
    }
  };
  const CLI::Validator to_ns(
      [is_sound](std::string& text) {
        const std::string given = text;
        if (text == "0" || is_sound(text)) return std::string();
        return "'" + given +
               "' is not a time span; write 90s, 15m, 36h, 7d, 2w or 0";
      },
      "");
  return app.add_option(flag, ns, help)->type_name("DUR")->transform(to_ns);
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

CLI::Validator between(double least, double most) {
  return CLI::Validator(
      [least, most](std::string& text) {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= least &&
            value <= most)
          return std::string();
        return fmt::format("'{}' is not a number from {} to {}", text, least,
                           most);
      },
      "");
}

void describe_program(CLI::App& app, Invocation& invocation) {
  invocation.global.jobs = default_jobs();
  app.name("dregs");
  app.description("Takes care of the storage of a stopped Docker/OCI registry");
  app.set_version_flag("--version", std::string("dregs ") + DREGS_VERSION,
                       "Print the version");
  app.set_help_flag("-h,--help", "Print this help");
  app.require_subcommand(1);
  app.fallthrough();
  app.formatter_fn([&app](const CLI::App* command, const std::string& /*name*/,
                          CLI::AppFormatMode /*mode*/) {
    std::vector<std::string> path;
    for (; command != &app; command = command->get_parent())
      path.insert(path.begin(), command->get_name());
    return help_text(command_tree(app), path, exit_code_help());
  });
  add_global_options(app, invocation.global);
  add_bucket_options(app, invocation.global);
}

}  // namespace dregs
