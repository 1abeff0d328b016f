#include "scanner/keys/finish_repository.h"

#include <algorithm>

#include "scanner/formats/layout.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/keys/finish_parts.h"
#include "scanner/keys/key_entries.h"

namespace dregs {
namespace {

void take_what_is_proved(RepositoryKeys& keys, Repository& r) {
  r.revisions = std::move(keys.revisions);
  r.layers = std::move(keys.layers);
  r.has_revisions_folder = !r.revisions.empty() || keys.emptied;
  r.has_tags_folder = !keys.tags.empty();
  r.has_manifests_folder = r.has_revisions_folder || r.has_tags_folder;
  r.has_layers_folder = !r.layers.empty();
}

// The entries of what is finished after all links.
struct LaterEntries {
  std::vector<KeyEntry> tags;
  std::vector<KeyEntry> uploads;
};

void finish_manifests(const std::vector<KeyEntry>& entries,
                      FinishedRepository& result, RepositoryReport& report,
                      LaterEntries& later) {
  Repository& repository = report.repository();
  repository.has_manifests_folder = true;
  for (const KeyEntry& entry : entries) {
    if (entry.name != "revisions" && entry.name != "tags") {
      report.foreign(std::string(entry.path),
                     "not written by a registry; it is left alone");
      continue;
    }
    if (entry.file != nullptr) report_no_folder(entry, report);
    if (!entry.is_folder()) continue;
    if (entry.name == "revisions") {
      finish_revisions(entries_of(entry.path, entry.inside), result.signatures,
                       report);
    } else {
      repository.has_tags_folder = true;
      later.tags = entries_of(entry.path, entry.inside);
    }
  }
}

void finish_part(const KeyEntry& entry, FinishedRepository& result,
                 RepositoryReport& report, LaterEntries& later) {
  if (entry.file != nullptr) report_no_folder(entry, report);
  if (!entry.is_folder()) return;
  std::vector<KeyEntry> entries = entries_of(entry.path, entry.inside);
  if (entry.name == layout::kManifests)
    finish_manifests(entries, result, report, later);
  else if (entry.name == layout::kLayers)
    finish_layers(entries, report);
  else
    later.uploads = std::move(entries);
}

}  // namespace

FinishedRepository finish_repository(const std::string& name, bool hidden,
                                     RepositoryKeys keys,
                                     std::vector<Upload> pending) {
  FinishedRepository result;
  Repository& repository = result.scan.repository;
  RepositoryReport report(result.scan);
  repository.name = name;
  repository.uploads = std::move(pending);
  judge_name(hidden, report);
  take_what_is_proved(keys, repository);
  LaterEntries later;
  for (const KeyEntry& entry : entries_of("", keys.others))
    finish_part(entry, result, report, later);
  finish_tags(keys, later.tags, report);
  finish_uploads(later.uploads, report);
  judge_parts(report);
  if (is_layers_only(repository))
    repository.layers_only =
        FileTimes{keys.newest_layer_ns, keys.newest_layer_ns};
  sort_parts(repository);
  repository.fingerprint = keys.fingerprint;
  std::sort(result.signatures.begin(), result.signatures.end());
  return result;
}

}  // namespace dregs
