// `dregs why`: schema dregs.why/1 (promises.md#json), and words for a person.
#include "cli/reports/why_report.h"

#include <fmt/format.h>

#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::size_t kPathsShown = 20;

Json former_json(const std::vector<FormerOwner>& former) {
  Json list = Json::array();
  for (const FormerOwner& owner : former)
    list.push_back(
        {{"repository", utf8(owner.repository)},
         {"digest", owner.manifest.to_string()},
         {"deleted",
          owner.deleted_ns ? Json(rfc3339(*owner.deleted_ns)) : nullptr}});
  return list;
}

// "sha256:" and 64 digits become short ones; what is before '@' stays.
std::string short_word(const std::string& word) {
  const std::size_t at = word.rfind("sha256:");
  return escaped(at == std::string::npos ? word : word.substr(0, at + 19));
}

std::string verdict(const WhyReport& report) {
  if (report.needed())
    return report.blob ? report.tagged ? "live"
                                       : "live, but only untagged manifests "
                                         "need it: gc -m would remove it"
                       : "needed, and not there";
  if (!report.all_seen)
    return "not known: not all that may need it can be seen";
  if (!report.blob) return "not there, and nothing needs it";
  if (!report.pinned_by.empty())
    return "kept: a repository that cannot be understood links it";
  if (!report.blob->removable)
    return "kept: it lies behind a symbolic link, or at the end of one";
  return "garbage: gc would remove it";
}

// A way through more indexes than anybody nests is told by its ends.
std::string one_line(const NeedPath& path) {
  constexpr std::size_t kFirst = 4;
  constexpr std::size_t kLast = 2;
  constexpr std::size_t kMostWords = 12;
  std::string line;
  const bool shortened = path.size() > kMostWords;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (shortened && i == kFirst) {
      i = path.size() - kLast;
      line += fmt::format(" > … {} more …", grouped(i - kFirst));
    }
    line += (line.empty() ? "" : " > ") + short_word(path[i]);
  }
  return line;
}

void print_paths(const WhyReport& report, bool verbose) {
  const std::vector<NeedPath>& paths = report.paths.paths;
  const std::size_t shown =
      verbose ? paths.size() : std::min(paths.size(), kPathsShown);
  if (shown > 0) fmt::print("needed by\n");
  for (std::size_t i = 0; i < shown; ++i) {
    fmt::print("  {}\n", one_line(paths[i]));
  }
  if (shown < paths.size())
    fmt::print("  … and {} more; --verbose shows all\n",
               grouped(paths.size() - shown));
  if (!report.paths.complete)
    fmt::print("  … and more ways than are worth listing\n");
}

void print_names(const char* what, const std::vector<std::string>& names) {
  if (!names.empty()) fmt::print("{} {}\n", what, escaped(joined(names)));
}

void print_former(const WhyReport& report) {
  for (const FormerOwner& owner : report.traces.former) {
    const bool itself = owner.manifest == report.digest;
    fmt::print("{} {}@{}, {}\n", itself ? "was" : "was part of",
               escaped(owner.repository), short_digest(owner.manifest),
               owner.deleted_ns ? "deleted " + minute(*owner.deleted_ns)
                                : "which is not a revision any more");
  }
}

void print_traces(const WhyReport& report) {
  print_names("pinned by", report.pinned_by);
  print_names("linked as a layer of", report.traces.layer_links);
  print_names("in the history of", report.traces.history);
  print_former(report);
  if (report.traces.layer_links.empty() && report.traces.history.empty() &&
      report.traces.former.empty())
    fmt::print("no repository has a link to it or a trace of it\n");
}

std::string words_of(const NeededPart& part) {
  if (!part.present) return "missing";
  return human_bytes(part.bytes) +
         (part.by_others ? "; something else needs it, too" : "");
}

void print_needs(const std::vector<NeededPart>& parts, bool verbose) {
  if (parts.empty()) return;
  std::uint64_t bytes = 0;
  std::uint64_t own = 0;
  for (const NeededPart& part : parts) {
    bytes += part.bytes;
    if (!part.by_others) own += part.bytes;
  }
  fmt::print("needs {}, {}; nothing else needs {} of that\n",
             counted(parts.size(), "blob", "blobs"), human_bytes(bytes),
             human_bytes(own));
  const std::size_t shown =
      verbose ? parts.size() : std::min(parts.size(), kPathsShown);
  for (std::size_t i = 0; i < shown; ++i)
    fmt::print("  {}  {}\n", short_word(parts[i].digest), words_of(parts[i]));
  if (shown < parts.size())
    fmt::print("  … and {} more; --verbose shows all\n",
               grouped(parts.size() - shown));
}

Json needs_json(const std::vector<NeededPart>& parts) {
  Json list = Json::array();
  for (const NeededPart& part : parts)
    list.push_back({{"digest", part.digest},
                    {"present", part.present},
                    {"size", part.present ? Json(part.bytes) : Json(nullptr)},
                    {"needed_by_others", part.by_others}});
  return list;
}

}  // namespace

std::string to_json(const WhyReport& report, const OpenedStore& store) {
  Json document = json_document("dregs.why/1", store);
  document["digest"] = report.digest.to_string();
  document["image"] =
      report.image.empty() ? Json(nullptr) : Json(utf8(report.image));
  document["needs"] =
      report.image.empty() ? Json(nullptr) : needs_json(report.needs);
  document["live"] = report.needed() || !report.all_seen;
  document["live_with_delete_untagged"] = report.tagged;
  document["present"] = report.blob.has_value();
  document["size"] = report.blob ? Json(report.blob->size) : Json(nullptr);
  document["changed"] =
      report.blob ? Json(rfc3339(report.blob->changed_ns)) : Json(nullptr);
  document["paths"] = Json::array();
  for (const NeedPath& path : report.paths.paths)
    document["paths"].push_back(texts(path));
  document["paths_complete"] = report.paths.complete;
  document["pinned_by"] = texts(report.pinned_by);
  document["linked_in"] = texts(report.traces.layer_links);
  document["history_of"] = texts(report.traces.history);
  document["formerly"] = former_json(report.traces.former);
  return finish_json(std::move(document), report.findings, store,
                     report.exit_code, report.seconds);
}

void print_text(const WhyReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose) {
  if (!report.image.empty()) fmt::print("{}\n", escaped(report.image));
  fmt::print("{}\n{}", palette.strong(report.digest.to_string()),
             verdict(report));
  if (report.blob)
    fmt::print("; {}, written {}", human_bytes(report.blob->size),
               minute(report.blob->changed_ns));
  fmt::print("\n");
  print_paths(report, verbose);
  print_needs(report.needs, verbose);
  if (!report.needed()) print_traces(report);
  print_findings(stdout, report.findings, store, palette, verbose);
}

}  // namespace dregs
