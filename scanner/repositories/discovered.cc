#include "scanner/repositories/discovered.h"

#include <cstring>

#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/finding_at.h"

namespace dregs {

void Discovered::note(FindingKind kind, const std::string& path,
                      std::string detail) {
  findings.push_back(
      finding_at(kind, layout::repository(path), std::move(detail)));
}

void Discovered::note_followed(const std::string& path) {
  note(FindingKind::symbolic_link, path,
       "the registry follows it; nothing is removed through it");
}

void Discovered::note_dangling(const std::string& path, int error) {
  obstacles.push_back(
      finding_at(FindingKind::dangling_symbolic_link, layout::repository(path),
                 std::string("leads nowhere (") + std::strerror(error) +
                     "): a repository may be missing here"));
}

void Discovered::cannot_list(const VisitedPlace& place, int error) {
  if (place.in_litter)
    note(FindingKind::foreign_entry, place.path,
         std::string("cannot be listed (") + std::strerror(error) +
             "); no server looks there");
  else
    obstacles.push_back(
        unreadable_folder(layout::repository(place.path), error));
}

void gather(Discovered& from, Inventory& inventory) {
  for (RepositoryScan& scan : from.repositories) {
    append(inventory.findings, std::move(scan.findings));
    inventory.litter.merge(scan.litter);
    append(inventory.obstacles, std::move(scan.obstacles));
    inventory.repositories.push_back(std::move(scan.repository));
  }
  append(inventory.namespaces, std::move(from.namespaces));
  append(inventory.parts, std::move(from.parts));
  append(inventory.findings, std::move(from.findings));
  inventory.litter.merge(from.litter);
  append(inventory.obstacles, std::move(from.obstacles));
}

}  // namespace dregs
