// `dregs inspect` for a person.
#include <fmt/format.h>

#include "cli/output/image_words.h"
#include "cli/output/print_findings.h"
#include "cli/reports/inspect_report.h"
#include "cli/terminal/table.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

void line(const char* name, const std::string& value) {
  if (!value.empty()) fmt::print("  {:<10} {}\n", name, value);
}

std::string type_line(const Inspection& inspection) {
  const std::string words = type_in_words(inspection.summary);
  const std::string& type = inspection.summary.media_type;
  return escaped(type.empty() ? words : words + " (" + type + ")");
}

std::string size_line(const Inspection& inspection) {
  std::string text = human_bytes(inspection.content.size) + " of manifest";
  if (inspection.summary.size)
    text = human_bytes(*inspection.summary.size) + ", and " + text;
  return text;
}

std::string shortened_type(const std::string& type) {
  for (const std::string_view front :
       {"application/vnd.oci.image.", "application/vnd.docker.",
        "application/vnd."})
    if (type.starts_with(front)) return type.substr(front.size());
  return type;
}

void add(Table& table, const std::string& role, const InspectedPart& part) {
  const ManifestPart& named = part.named;
  table.add({role, escaped(named.digest),
             named.size ? human_bytes(*named.size) : "-",
             escaped(named.platform.empty() ? shortened_type(named.media_type)
                                            : named.platform),
             std::string(to_string(part.state))});
}

void print_parts(const Inspection& inspection, const Palette& palette) {
  Table table({{"PART"},
               {"DIGEST", Table::Align::left, true},
               {"SIZE", Table::Align::right},
               {"TYPE", Table::Align::left, true},
               {"STATE"}});
  if (inspection.config) add(table, "config", *inspection.config);
  std::size_t layer = 0;
  for (const InspectedPart& part : inspection.layers)
    add(table, fmt::format("layer {}", ++layer), part);
  for (const InspectedPart& part : inspection.children)
    add(table, "child", part);
  if (inspection.subject) add(table, "subject", *inspection.subject);
  if (table.empty()) return;
  fmt::print("\n");
  table.print(palette);
}

void print_referrers(const Inspection& inspection, const Palette& palette) {
  if (inspection.referrers.empty()) return;
  Table table({{"REFERRED TO BY", Table::Align::left, true},
               {"TYPE OR TAG", Table::Align::left, true}});
  for (const Referrer& referrer : inspection.referrers)
    table.add({referrer.digest.to_string(),
               escaped(referrer.tag.empty() ? referrer.artifact_type
                                            : referrer.tag)});
  fmt::print("\n");
  table.print(palette);
}

}  // namespace

void print_text(const Inspection& inspection, const std::string& tag,
                const OpenedStore& store, const Palette& palette,
                bool verbose) {
  const ImageSummary& summary = inspection.summary;
  const std::string name =
      inspection.repository +
      (tag.empty() ? "@" + short_digest(inspection.digest) : ":" + tag);
  fmt::print("{}\n", palette.strong(escaped(name)));
  line("digest", inspection.digest.to_string());
  line("type", type_line(inspection));
  line("size", size_line(inspection));
  if (!summary.platforms.empty())
    line("platforms", escaped(joined(summary.platforms)));
  line("created", escaped(summary.created));
  if (inspection.pushed_ns) line("pushed", rfc3339(*inspection.pushed_ns));
  line("tags",
       inspection.tags.empty() ? "none" : escaped(joined(inspection.tags)));
  for (const auto& [key, value] : inspection.details.annotations)
    line("annotation", escaped(fmt::format("{}={}", key, value)));
  print_parts(inspection, palette);
  print_referrers(inspection, palette);
  if (verbose && !inspection.content.bytes.empty())
    fmt::print("\n{}\n", escaped_lines(inspection.content.bytes));
  print_findings(stdout, inspection.findings, store, palette, verbose);
}

}  // namespace dregs
