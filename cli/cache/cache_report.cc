#include "cli/cache/cache_report.h"

#include <fmt/format.h>

#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/output/proof_report.h"
#include "cli/output/removal_list.h"
#include "cli/reports/rm_report.h"
#include "cli/terminal/table.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

template <class Number>
Json number_or_null(const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json to_json(const EvictedImage& image) {
  return {{"repository", utf8(image.repository)},
          {"tags", texts(image.tags)},
          {"digest", image.digest},
          {"last_used", time_or_null(image.last_used)},
          {"pulled", time_or_null(image.pulled)}};
}

// With one more key, of what that member says.
template <class Value>
Json to_json(const std::vector<EvictedImage>& images, const char* key,
             Value EvictedImage::*member) {
  Json all = Json::array();
  for (const EvictedImage& image : images) {
    all.push_back(to_json(image));
    all.back()[key] = image.*member;
  }
  return all;
}

KnownTime used_since(const CacheReport& report) {
  if (!report.limits.older_than_ns || !report.eviction) return std::nullopt;
  return report.eviction->policy.now_ns - *report.limits.older_than_ns;
}

std::optional<std::uint64_t> bytes_before(const CacheReport& report) {
  if (!report.eviction) return std::nullopt;
  return report.eviction->bytes_before;
}

// By what was removed, however the run ended.
std::optional<std::uint64_t> bytes_after(const CacheReport& report) {
  if (!report.eviction || !report.run.frees) return std::nullopt;
  return report.eviction->bytes_before - *report.run.frees;
}

Json totals_json(const RemovalReport& run) {
  std::uint64_t tags = 0;
  for (const RemovedThing& thing : run.removed)
    tags += thing.tag.empty() ? 0 : 1;
  return {{"tags_removed", tags},
          {"manifests_removed", run.removed.size() - tags}};
}

std::string name_of(const EvictedImage& image) {
  std::string name = escaped(image.repository);
  if (image.tags.empty()) return name + " (untagged)";
  for (std::size_t t = 0; t < image.tags.size(); ++t)
    name += (t == 0 ? ":" : ", ") + escaped(image.tags[t]);
  return name;
}

void print_images(const std::vector<EvictedImage>& images,
                  const Palette& palette) {
  Table table({{"IMAGE", Table::Align::left, true},
               {"LAST USED"},
               {"DIGEST"},
               {"FREES", Table::Align::right}});
  for (const EvictedImage& image : images)
    table.add({name_of(image), image.last_used ? minute(*image.last_used) : "?",
               short_digest(image.digest), human_bytes(image.bytes)});
  if (!table.empty()) table.print(palette);
}

// "3 images would go, and the cache from 2.0 GiB to 1.0 GiB"
std::string in_words(const CacheReport& report) {
  const std::uint64_t before = bytes_before(report).value_or(0);
  const std::uint64_t after = bytes_after(report).value_or(before);
  const bool dry = report.run.dry_run;
  const std::size_t images =
      report.eviction ? report.eviction->images.size() : 0;
  if (images == 0 && after == before)
    return fmt::format("Nothing {} to go: the cache has {}",
                       dry ? "has" : "had", human_bytes(before));
  return fmt::format("{} {}, and the cache {} from {} to {}",
                     counted(images, "image", "images"),
                     dry ? "would go" : "went", dry ? "would shrink" : "shrank",
                     human_bytes(before), human_bytes(after));
}

std::string conclusion(const CacheReport& report) {
  const RemovalReport& run = report.run;
  if (run.exit_code == ExitCode::refused)
    return "Refused: nothing was removed.";
  if (run.dry_run) return in_words(report) + ". Nothing was removed.";
  if (run.exit_code != ExitCode::done && run.exit_code != ExitCode::problems)
    return stopped_part_way(run);
  if (!run.trash.empty() && run.frees.value_or(0) > 0)
    return fmt::format(
        "{}. Moved to the trash as {}; dregs trash empty frees it.",
        in_words(report), run.trash);
  return fmt::format("{}. It took {:.1f} s.", in_words(report), run.seconds);
}

// A limit that cannot be kept is nothing that a user would want to overlook.
void print_what_stays(const CacheReport& report) {
  if (!report.eviction) return;
  for (const EvictedImage& image : report.eviction->kept)
    fmt::print("stays {}: {}\n", name_of(image), image.stays);
  const auto after = bytes_after(report);
  const auto& most = report.limits.max_bytes;
  if (most && after && *after > *most)
    fmt::print(
        "The cache stays larger than --max-size {}: nothing else in it may "
        "go.\n",
        human_bytes(*most));
}

}  // namespace

std::string to_json(const CacheReport& report, const OpenedStore& store) {
  Json document = json_document("dregs.cache/1", store);
  document["dry_run"] = report.run.dry_run;
  document["limits"] = {{"max_size", number_or_null(report.limits.max_bytes)},
                        {"used_since", time_or_null(used_since(report))}};
  document["size"] = {{"before", number_or_null(bytes_before(report))},
                      {"after", number_or_null(bytes_after(report))}};
  const Eviction none;
  const Eviction& eviction = report.eviction ? *report.eviction : none;
  document["images"] = to_json(eviction.images, "frees", &EvictedImage::bytes);
  document["kept"] = to_json(eviction.kept, "reason", &EvictedImage::stays);
  document["totals"] = totals_json(report.run);
  return finish_json(std::move(document), report.run, store);
}

void print_text(const CacheReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  if (report.eviction) print_images(report.eviction->images, palette);
  if (report.run.removals)
    for (const ListedRemoval& removal : *report.run.removals)
      print_listed(removal);
  print_what_stays(report);
  fmt::print("{}\n", palette.strong(conclusion(report)));
  if (report.run.look_back) print_text(*report.run.look_back);
  print_findings(stdout, report.run.findings, store, palette, verbose);
}

}  // namespace dregs
