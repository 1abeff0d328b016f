// Something wrong in the store, as data: what, where, and whom it hurts.
// docs/findings.md explains every kind. Values; no I/O, no threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

enum class Severity { error, warning, note };

std::string_view to_string(Severity severity);

// Kinds are kebab-case words that scripts may match on: they are only added,
// never renamed. Listed with their severities in finding_kinds.inc.
enum class FindingKind {
#define DREGS_FINDING(name, text, severity) name,
#include "scanner/inventory/finding_kinds.inc"
#undef DREGS_FINDING
};

std::string_view to_string(FindingKind kind);
Severity severity_of(FindingKind kind);
const std::vector<FindingKind>& all_finding_kinds();

struct Finding {
  FindingKind kind{};
  std::string path;        // relative to the root; raw bytes, may be empty
  std::string repository;  // raw bytes; empty where none applies
  std::string digest;      // "alg:hex"; empty where none applies
  std::vector<std::string> needed_by;  // sorted REPO:TAG or REPO@DIGEST
  std::string detail;
  std::uint64_t count = 1;  // how many of the kind it stands for
  bool pins = false;        // its repository is kept whole because of it

  auto operator<=>(const Finding&) const = default;
  Severity severity() const { return severity_of(kind); }
};

// Sorted, so that output does not depend on the number of threads.
void sort_findings(std::vector<Finding>& findings);

}  // namespace dregs
