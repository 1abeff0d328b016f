// _manifests/revisions (format.md#P3): links by sha256, and what others may
// have put beside them.
#include <cerrno>

#include "scanner/files/entry_type.h"
#include "scanner/files/link.h"
#include "scanner/files/listing.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/repositories/repository_scan.h"

namespace dregs {
namespace {

// What the folders' names stand for nobody knows, but a server reads the links
// in them.
void keep_targets(const RepositoryFolder& from, const std::string& below) {
  const Descriptor folder = open_folder(from.at, below);
  const auto visit = [&](FolderEntry entry) {
    const std::string name(entry.name);
    const Link link = read_link(folder.get(), (name + "/link").c_str());
    if (link.target) from.repository().led_to.push_back(*link.target);
    keep_otherwise(link, below.substr(below.rfind('/') + 1) + ":" + name,
                   from.repository());
  };
  const int error = folder ? for_each_entry(folder.get(), visit) : errno;
  if (error != 0) from.report.obstacle(below, error);
}

void visit_other_algorithm(const RepositoryFolder& from, int revisions,
                           FolderEntry entry, const std::string& below) {
  if (entry_type(revisions, entry) == EntryType::file || is_litter(entry.name))
    return from.report.foreign(below, "not a revision of the registry's");
  from.report.pin(FindingKind::foreign_algorithm, below,
                  "the registry names manifests by sha256 only; all that is "
                  "linked here is kept");
  keep_targets(from, below);
}

}  // namespace

void scan_revisions(const RepositoryFolder& from, int revisions) {
  const std::string below = "_manifests/revisions";
  const int error = for_each_entry(revisions, [&](FolderEntry entry) {
    if (entry.name != "sha256")
      visit_other_algorithm(from, revisions, entry,
                            below + "/" + std::string(entry.name));
  });
  if (error != 0) from.report.obstacle(below, error);
  Repository& repository = from.repository();
  repository.has_revisions_folder =
      read_links(from, {below + "/sha256", FindingKind::bad_revision_link,
                        repository.revisions, repository.empty_revisions});
}

}  // namespace dregs
