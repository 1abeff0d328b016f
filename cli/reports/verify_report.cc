// `dregs verify`: schema dregs.verify/1 (promises.md#json), and words for a
// person.
#include "cli/reports/verify_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "gc/explain/image_findings.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::size_t kBrokenShown = 10;

std::string rate(std::uint64_t bytes, double seconds) {
  const double per_second =
      seconds > 0 ? static_cast<double>(bytes) / seconds : 0.0;
  return fmt::format("{:.1f} MiB/s", per_second / (1024 * 1024));
}

void print_read(const VerifyReport& report) {
  const Verified& verified = report.verified;
  fmt::print("{}, {} read in {:.1f} s, {}",
             counted(verified.blobs, "blob", "blobs"),
             human_bytes(verified.bytes), report.reading_seconds,
             rate(verified.bytes, report.reading_seconds));
  if (verified.by_checksum > 0)
    fmt::print("; {} by the checksum that the storage keeps",
               grouped(verified.by_checksum));
  if (verified.not_due > 0)
    fmt::print("; {} proved lately", grouped(verified.not_due));
  if (report.shard.of > 1)
    fmt::print("; part {} of {}", report.shard.part, report.shard.of);
  fmt::print("\n");
}

std::string broken(std::size_t count) {
  return count == 0 ? "" : fmt::format(" ({} broken)", grouped(count));
}

void print_counts(const VerifyReport& report) {
  const Verified& verified = report.verified;
  print_read(report);
  fmt::print("{}{}, {}{}\n\n", counted(verified.tags, "tag", "tags"),
             broken(verified.broken_tags.size()),
             counted(verified.revisions, "revision", "revisions"),
             broken(verified.broken_revisions.size()));
}

std::string conclusion(const VerifyReport& report) {
  const Verified& verified = report.verified;
  if (!report.refusals.empty()) return "Refused: nothing was read.";
  if (!verified.complete)
    return "Stopped part way: what is said below was not looked at twice.";
  const std::uint64_t wrong =
      verified.corrupt + verified.missing + verified.unreadable;
  if (wrong == 0 && verified.broken_tags.empty() &&
      verified.broken_revisions.empty())
    return has_problems(verified.findings)
               ? "Every blob is what its digest says. See the problems below."
               : "Every blob is what its digest says, and no image lacks "
                 "anything.";
  return fmt::format("{} corrupt, {} missing, {} unreadable.",
                     counted(verified.corrupt, "blob", "blobs"),
                     grouped(verified.missing), grouped(verified.unreadable));
}

// Why a file was not repaired.
std::string reason(const Repaired& repaired) {
  switch (repaired.outcome) {
    case Repaired::Outcome::no_source:
      return "no blob of this digest is there";
    case Repaired::Outcome::corrupt_source:
      return "the blob of this digest is corrupt there, too";
    default:
      return repaired.error;
  }
}

// null where there is no such path.
Json shown_or_null(const std::string& path, const OpenedStore& store) {
  return path.empty() ? Json(nullptr) : Json(utf8(store.shown(path)));
}

Json repaired_json(const VerifyReport& report, const OpenedStore& store) {
  Json list = Json::array();
  for (const Repaired& repaired : report.repaired) {
    const bool done = repaired.outcome == Repaired::Outcome::done;
    list.push_back({{"path", utf8(store.shown(repaired.repair.path))},
                    {"digest", repaired.repair.digest.to_string()},
                    {"replaced", shown_or_null(repaired.replaced, store)},
                    {"error", done ? Json(nullptr) : Json(reason(repaired))}});
  }
  return list;
}

void print_repaired(const VerifyReport& report, const OpenedStore& store) {
  if (report.repaired.empty()) return;
  fmt::print("\nRepaired\n");
  for (const Repaired& repaired : report.repaired) {
    const std::string path = escaped(store.shown(repaired.repair.path));
    if (repaired.outcome != Repaired::Outcome::done)
      fmt::print("  not {}: {}\n", path, reason(repaired));
    else
      fmt::print("  {}\n", path);
    if (!repaired.replaced.empty())
      fmt::print("    what was there is {}\n",
                 escaped(store.shown(repaired.replaced)));
  }
}

bool keeps_corrupt_files(const VerifyReport& report) {
  return report.verified.corrupt > 0 && !report.quarantine;
}

void print_healing(const VerifyReport& report, bool verbose) {
  const std::vector<std::string>& names = report.verified.to_push;
  if (names.empty()) return;
  fmt::print("\nPush again{}\n",
             keeps_corrupt_files(report)
                 ? ", once --quarantine has moved the corrupt files away (a "
                   "push keeps them):"
                 : ":");
  const std::size_t shown =
      verbose ? names.size() : std::min(names.size(), kBrokenShown);
  for (std::size_t i = 0; i < shown; ++i)
    fmt::print("  {}\n", escaped(names[i]));
  if (shown < names.size())
    fmt::print("  … and {} more; --verbose shows all\n",
               grouped(names.size() - shown));
}

Json moved_json(const VerifyReport& report, const OpenedStore& store) {
  Json list = Json::array();
  for (const Quarantined& moved : report.moved)
    list.push_back({{"path", utf8(store.shown(moved.path))},
                    {"to", shown_or_null(moved.to, store)},
                    {"error", text_or_null(moved.error)}});
  return list;
}

void print_moved(const VerifyReport& report, const OpenedStore& store) {
  if (report.moved.empty()) return;
  fmt::print("\nMoved away\n");
  for (const Quarantined& moved : report.moved)
    if (moved.error.empty())
      fmt::print("  {}\n    to {}\n", escaped(store.shown(moved.path)),
                 escaped(store.shown(moved.to)));
    else
      fmt::print("  not {}: {}\n", escaped(store.shown(moved.path)),
                 moved.error);
}

}  // namespace

std::string to_json(const VerifyReport& report, const OpenedStore& store) {
  const Verified& verified = report.verified;
  Json document = json_document("dregs.verify/1", store);
  document["shard"] =
      report.shard.of > 1
          ? Json(fmt::format("{}/{}", report.shard.part, report.shard.of))
          : Json(nullptr);
  document["complete"] = verified.complete;
  document["blobs"] = {{"checked", verified.blobs},
                       {"corrupt", verified.corrupt},
                       {"missing", verified.missing},
                       {"unreadable", verified.unreadable},
                       {"by_checksum", verified.by_checksum},
                       {"not_due", verified.not_due}};
  document["bytes_checked"] = verified.bytes;
  document["tags"] = {{"checked", verified.tags},
                      {"broken", verified.broken_tags.size()}};
  document["revisions"] = {{"checked", verified.revisions},
                           {"broken", verified.broken_revisions.size()}};
  document["broken_tags"] = texts(verified.broken_tags);
  document["broken_revisions"] = texts(verified.broken_revisions);
  document["push_again"] = texts(verified.to_push);
  document["repaired"] =
      report.repair ? repaired_json(report, store) : Json(nullptr);
  document["quarantined"] =
      report.quarantine ? moved_json(report, store) : Json(nullptr);
  document["error"] = text_or_null(report.not_saved);
  document["refused"] = refusals_json(report.refusals);
  return finish_json(std::move(document), verified.findings, store,
                     report.exit_code, report.seconds);
}

void print_text(const VerifyReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  const Verified& verified = report.verified;
  if (report.refusals.empty()) print_counts(report);
  fmt::print("{}\n", palette.strong(conclusion(report)));
  print_findings(stdout, verified.findings, store, palette, verbose);
  print_repaired(report, store);
  print_moved(report, store);
  print_healing(report, verbose);
}

std::string describe(const HashProgress& progress, double seconds) {
  const std::uint64_t done = progress.bytes;
  const std::uint64_t all = std::max<std::uint64_t>(progress.bytes_wanted, 1);
  const double left = done == 0
                          ? 0.0
                          : static_cast<double>(all - std::min(done, all)) *
                                seconds / static_cast<double>(done);
  return fmt::format("reading: {} of {} ({} %), {}, {:.0f} s left",
                     human_bytes(done), human_bytes(all),
                     std::min<std::uint64_t>(100, 100 * done / all),
                     rate(done, seconds), left);
}

}  // namespace dregs
