#include "scanner/repositories/repository_scanner.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "scanner/files/layer_times.h"
#include "scanner/files/listing.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/repository_fingerprint.h"
#include "scanner/repositories/repository_scan.h"

namespace dregs {
namespace {

void judge_place(const RepositoryPlace& place, RepositoryReport& report) {
  judge_name(place.hidden, report);
  if (place.through_symbolic_link)
    report.pin(FindingKind::symbolic_link, "",
               "the registry follows it; nothing is removed through it");
  if (place.other_filesystem)
    report.pin(FindingKind::other_filesystem, "",
               "another filesystem is mounted here; nothing is removed");
}

void note_foreign(int folder, const std::string& below,
                  std::initializer_list<std::string_view> known,
                  RepositoryReport& report) {
  const int error = for_each_entry(folder, [&](FolderEntry entry) {
    if (std::find(known.begin(), known.end(), entry.name) == known.end())
      report.foreign(below + "/" + std::string(entry.name),
                     "not written by a registry; it is left alone");
  });
  if (error != 0) report.obstacle(below, error);
}

void scan_manifests(const RepositoryFolder& from) {
  const Descriptor manifests = open_part(from, "_manifests");
  if (!manifests) return;
  from.repository().has_manifests_folder = true;
  note_foreign(manifests.get(), "_manifests", {"revisions", "tags"},
               from.report);
  if (const Descriptor revisions = open_part(from, "_manifests/revisions"))
    scan_revisions(from, revisions.get());
  if (const Descriptor tags = open_part(from, "_manifests/tags")) {
    from.repository().has_tags_folder = true;
    scan_tags(tags.get(), from.stop, from.progress, from.report);
  }
}

}  // namespace

RepositoryScan scan_repository(const RepositoryPlace& place, int folder,
                               const StopRequest& stop,
                               ScanProgress& progress) {
  RepositoryScan scan;
  Repository& repository = scan.repository;
  repository.name = place.name;
  RepositoryReport report(scan);
  FileStatus status;
  descriptor_status(folder, status);
  const RepositoryFolder from{folder, status.device, stop, progress, report};
  judge_place(place, report);
  scan_manifests(from);
  scan_layers(from);
  if (const Descriptor uploads = open_part(from, "_uploads"))
    scan_uploads(uploads.get(), stop, report);
  judge_parts(report);
  if (is_layers_only(repository))
    repository.layers_only = newest_layer_times(folder, repository);
  sort_parts(repository);
  repository.fingerprint = fingerprint_of(repository);
  return scan;
}

}  // namespace dregs
