#include "gc/explain/image_findings.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

using ContentState = BlobContent::State;

struct Words {
  FindingKind kind{};
  const char* detail = "";
};

Words words_for(ContentState state) {
  switch (state) {
    case ContentState::missing:
      return {FindingKind::missing_manifest,
              "the manifest is not there; pushing the image again heals it"};
    case ContentState::corrupt:
      return {FindingKind::corrupt_manifest,
              "its bytes do not hash to its name"};
    case ContentState::unreadable:
      return {FindingKind::unreadable_manifest, "cannot be read"};
    case ContentState::too_large:
    case ContentState::sound:
      break;
  }
  return {FindingKind::oversized_manifest,
          "larger than dregs reads as a manifest"};
}

}  // namespace

std::vector<Finding> findings_about(const Inventory& inventory,
                                    const std::vector<Selected>& selected) {
  std::set<std::string_view> names;
  for (const Selected& each : selected)
    names.insert(inventory.repositories[each.repository].name);
  const auto wanted = [&](const Finding& finding) {
    return selected.empty() || names.contains(finding.repository);
  };
  std::vector<Finding> about;
  for (const auto* findings : {&inventory.findings, &inventory.obstacles})
    std::copy_if(findings->begin(), findings->end(), std::back_inserter(about),
                 wanted);
  return about;
}

void add_manifest_finding(const std::string& repository, const Digest& manifest,
                          ContentState state, const std::string& who,
                          std::vector<Finding>& findings) {
  if (state == ContentState::sound) return;
  const Words words = words_for(state);
  Finding made;
  made.kind = words.kind;
  made.pins = true;
  made.path = layout::blob_data(manifest);
  made.repository = repository;
  made.digest = manifest.to_string();
  made.detail = words.detail;
  const auto same = [&](const Finding& each) {
    return each.kind == made.kind && each.digest == made.digest &&
           each.repository == repository;
  };
  auto at = std::find_if(findings.begin(), findings.end(), same);
  if (at == findings.end()) at = findings.insert(at, std::move(made));
  at->needed_by.push_back(who);
}

bool has_problems(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) {
    return f.severity() != Severity::note;
  });
}

}  // namespace dregs
