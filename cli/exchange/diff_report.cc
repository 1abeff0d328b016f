#include "cli/exchange/diff_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/image_words.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "cli/terminal/table.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::size_t kShownWithoutVerbose = 20;

std::string_view in_json(Where where) {
  switch (where) {
    case Where::only_a:
      return "only_in_a";
    case Where::only_b:
      return "only_in_b";
    case Where::both:
      break;
  }
  return "differs";
}

Json digest_or_null(const std::optional<Digest>& digest) {
  return digest ? Json(digest->to_string()) : Json(nullptr);
}

Json side_json(const ComparedSide& side) {
  Json json;
  json["given"] = utf8(side.given);
  json["kind"] = side.kind;
  json["root"] = text_or_null(side.store.root.rootdirectory);
  json["root_source"] = text_or_null(side.store.root.source);
  if (side.store.storage)
    if (const auto made = side.store.storage->requests())
      json["requests"] = to_json(*made);
  return json;
}

Json tags_json(const std::vector<TagDifference>& tags) {
  Json list = Json::array();
  for (const TagDifference& tag : tags)
    list.push_back({{"repository", utf8(tag.repository)},
                    {"tag", utf8(tag.tag)},
                    {"difference", in_json(tag.where)},
                    {"a", digest_or_null(tag.a)},
                    {"b", digest_or_null(tag.b)}});
  return list;
}

Json manifests_json(const std::vector<ManifestDifference>& manifests) {
  Json list = Json::array();
  for (const ManifestDifference& each : manifests)
    list.push_back({{"repository", utf8(each.manifest.repository)},
                    {"digest", each.manifest.digest.to_string()},
                    {"difference", in_json(each.where)}});
  return list;
}

Json blobs_json(const std::vector<BlobDifference>& blobs) {
  Json list = Json::array();
  for (const BlobDifference& blob : blobs)
    list.push_back(
        {{"digest", blob.digest.to_string()},
         {"difference", in_json(blob.where)},
         {"a", blob.where == Where::only_b ? Json(nullptr) : Json(blob.a)},
         {"b", blob.where == Where::only_a ? Json(nullptr) : Json(blob.b)}});
  return list;
}

Json findings_json(const DiffReport& report) {
  Json findings = Json::array();
  for (const ComparedSide* side : {&report.a, &report.b})
    for (Json& finding : to_json(side->unreadable, side->store)) {
      finding["side"] = side == &report.a ? "a" : "b";
      findings.push_back(std::move(finding));
    }
  return findings;
}

std::string digest_cell(const std::optional<Digest>& digest, bool there) {
  if (!there) return "-";
  return digest ? short_digest(*digest) : "nothing";
}

void print_tags(const std::vector<TagDifference>& tags,
                const Palette& palette) {
  if (tags.empty()) return;
  Table table({{"TAG", Table::Align::left, true}, {"A"}, {"B"}});
  for (const TagDifference& tag : tags)
    table.add({escaped(tag.repository) + ":" + escaped(tag.tag),
               digest_cell(tag.a, tag.where != Where::only_b),
               digest_cell(tag.b, tag.where != Where::only_a)});
  fmt::print("\n");
  table.print(palette);
}

std::string presence(bool there) { return there ? "there" : "-"; }

void print_manifests(const std::vector<ManifestDifference>& manifests,
                     std::size_t most, const Palette& palette) {
  if (manifests.empty()) return;
  Table table({{"MANIFEST"}, {"A"}, {"B"}});
  for (std::size_t i = 0; i < std::min(most, manifests.size()); ++i)
    table.add({escaped(manifests[i].manifest.repository) + "@" +
                   manifests[i].manifest.digest.to_string(),
               presence(manifests[i].where == Where::only_a),
               presence(manifests[i].where == Where::only_b)});
  fmt::print("\n");
  table.print(palette);
}

void print_blobs(const std::vector<BlobDifference>& blobs, std::size_t most,
                 const Palette& palette) {
  if (blobs.empty()) return;
  Table table(
      {{"BLOB"}, {"A", Table::Align::right}, {"B", Table::Align::right}});
  for (std::size_t i = 0; i < std::min(most, blobs.size()); ++i) {
    const BlobDifference& blob = blobs[i];
    const auto bytes = [&](std::uint64_t size) {
      return blob.where == Where::both ? grouped(size) : human_bytes(size);
    };
    table.add({blob.digest.to_string(),
               blob.where == Where::only_b ? "-" : bytes(blob.a),
               blob.where == Where::only_a ? "-" : bytes(blob.b)});
  }
  fmt::print("\n");
  table.print(palette);
}

void print_rest(std::size_t all, std::size_t most) {
  if (all > most)
    fmt::print("… and {} more; --verbose names all\n", grouped(all - most));
}

template <class T>
std::string counts(const std::vector<T>& list, std::string_view what) {
  const auto count = [&](Where where) {
    return grouped(static_cast<std::uint64_t>(
        std::count_if(list.begin(), list.end(),
                      [&](const T& each) { return each.where == where; })));
  };
  return fmt::format("{}: {} only in A, {} only in B, {} differ\n", what,
                     count(Where::only_a), count(Where::only_b),
                     count(Where::both));
}

void print_conclusion(const DiffReport& report, const Palette& palette) {
  const Differences& found = report.differences;
  if (!found.any())
    fmt::print("{}\n",
               palette.strong(found.tags_alone ? "The tags are the same."
                                               : "Nothing differs."));
  else
    fmt::print("\n{}", counts(found.tags, "tags"));
  if (found.tags_alone)
    fmt::print(
        "Manifests and blobs were not compared: a saved listing has "
        "neither.\n");
  else if (found.any())
    fmt::print("{}{}", counts(found.manifests, "manifests"),
               counts(found.blobs, "blobs"));
}

void print_side(const char* name, const ComparedSide& side,
                const Palette& palette) {
  const std::string& root = side.store.root.rootdirectory;
  fmt::print("{}  {} ({})\n", name,
             palette.strong(escaped(root.empty() ? side.given : root)),
             escaped(side.store.root.source));
}

}  // namespace

std::string to_json(const DiffReport& report) {
  Json document = json_document("dregs.diff/1", report.a.store);
  document["a"] = side_json(report.a);
  document["b"] = side_json(report.b);
  document["differ"] = report.differences.any();
  document["tags"] = tags_json(report.differences.tags);
  const bool all = !report.differences.tags_alone;
  document["manifests"] =
      all ? manifests_json(report.differences.manifests) : Json(nullptr);
  document["blobs"] =
      all ? blobs_json(report.differences.blobs) : Json(nullptr);
  return finish_json(std::move(document), findings_json(report),
                     report.exit_code, report.seconds);
}

void print_text(const DiffReport& report, const Palette& palette,
                bool verbose) {
  print_side("A", report.a, palette);
  print_side("B", report.b, palette);
  const Differences& found = report.differences;
  const std::size_t most =
      verbose ? std::max(found.manifests.size(), found.blobs.size())
              : kShownWithoutVerbose;
  print_tags(found.tags, palette);
  print_manifests(found.manifests, most, palette);
  print_rest(found.manifests.size(), most);
  print_blobs(found.blobs, most, palette);
  print_rest(found.blobs.size(), most);
  print_conclusion(report, palette);
  for (const ComparedSide* side : {&report.a, &report.b})
    print_findings(stdout, side->unreadable, side->store, palette, verbose);
}

}  // namespace dregs
