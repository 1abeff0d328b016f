#include "scanner/inventory/finding.h"

#include <array>

#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

struct KindRow {
  FindingKind kind;
  std::string_view text;
  Severity severity;
};

constexpr std::array kRows = {
#define DREGS_FINDING(name, text, severity) \
  KindRow{FindingKind::name, text, Severity::severity},
#include "scanner/inventory/finding_kinds.inc"
#undef DREGS_FINDING
};

const KindRow& row(FindingKind kind) {
  return kRows.at(static_cast<std::size_t>(kind));
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "error";
}

std::string_view to_string(FindingKind kind) { return row(kind).text; }

Severity severity_of(FindingKind kind) { return row(kind).severity; }

const std::vector<FindingKind>& all_finding_kinds() {
  static const std::vector<FindingKind> kKinds = [] {
    std::vector<FindingKind> all;
    all.reserve(kRows.size());
    for (const KindRow& each : kRows) all.push_back(each.kind);
    return all;
  }();
  return kKinds;
}

void sort_findings(std::vector<Finding>& findings) { sort_unique(findings); }

}  // namespace dregs
