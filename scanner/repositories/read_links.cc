// Folders of links by sha256 (format.md#P2, #P3): _layers/sha256 and
// _manifests/revisions/sha256.
#include "scanner/files/link_folder.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/repositories/repository_scan.h"

namespace dregs {
namespace {

// What the API's deletion leaves: a folder without its link.
void note_without_link(const RepositoryFolder& from, const LinkDestination& to,
                       int folder, const Digest& name) {
  const std::string below = to.folder + "/" + name.hex();
  if (is_left_over(from, folder, name.hex(), below))
    to.empty.push_back(name);
  else
    from.repository().linkless.push_back(below);
}

void note_unsound(const RepositoryFolder& from, const LinkDestination& to,
                  int folder, const NamedLink& named) {
  if (named.link.state == LinkState::missing && !named.through_symbolic_link)
    return note_without_link(from, to, folder, named.name);
  report_unsound_link(named, to.folder, to.bad, to.digests, from.report);
}

}  // namespace

bool read_links(const RepositoryFolder& from, const LinkDestination& to) {
  const Descriptor folder = open_part(from, to.folder);
  if (!folder) return false;
  LinkFolder links = read_link_folder(folder.get(), from.stop);
  if (links.error != 0) from.report.obstacle(to.folder, links.error);
  from.progress.links += links.sound.size();
  to.digests = std::move(links.sound);
  for (const NamedLink& link : links.unsound)
    note_unsound(from, to, folder.get(), link);
  for (const std::string& name : links.foreign)
    from.report.foreign(to.folder + "/" + name, "no link of the registry's");
  for (const std::string& name : links.odd)
    from.report.pin(to.bad, to.folder + "/" + name,
                    "a folder whose name is not a digest");
  return true;
}

}  // namespace dregs
