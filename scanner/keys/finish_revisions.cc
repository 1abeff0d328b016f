// _manifests/revisions (format.md#P3, #P4).
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/keys/finish_parts.h"

namespace dregs {
namespace {

// What the folders' names stand for nobody knows, but a server reads the links
// in them.
void keep_targets(const KeyEntry& algorithm, Repository& repository) {
  for (const KeyEntry& entry : entries_of(algorithm.path, algorithm.inside)) {
    const Link link = link_in(entry);
    if (link.target) repository.led_to.push_back(*link.target);
    keep_otherwise(link,
                   std::string(algorithm.name) + ":" + std::string(entry.name),
                   repository);
  }
}

}  // namespace

void finish_revisions(const std::vector<KeyEntry>& algorithms,
                      std::vector<RevisionSignature>& signatures,
                      RepositoryReport& report) {
  Repository& repository = report.repository();
  for (const KeyEntry& entry : algorithms) {
    const std::string path(entry.path);
    if (entry.name == "sha256") {
      repository.has_revisions_folder |= entry.is_folder();
      finish_links(entry,
                   {path, FindingKind::bad_revision_link, repository.revisions,
                    &signatures},
                   report);
    } else if (!entry.is_folder() || is_litter(entry.name)) {
      report.foreign(path, "not a revision of the registry's");
    } else {
      report.pin(FindingKind::foreign_algorithm, path,
                 "the registry names manifests by sha256 only; all that is "
                 "linked here is kept");
      keep_targets(entry, repository);
    }
  }
}

}  // namespace dregs
