#include "scanner/disk/seen_beside.h"

#include <cstring>
#include <string_view>

#include "scanner/formats/append.h"
#include "scanner/inventory/finding_at.h"

namespace dregs {

bool SeenBeside::note_foreign(std::string_view name, const std::string& path,
                              std::uint32_t repository) {
  if (repository != kNoRepository) foreign_in.push_back(repository);
  if (is_litter_file(name)) {
    litter.add(path);
    return false;
  }
  findings.push_back(
      {repository, finding_at(FindingKind::foreign_entry, path,
                              "not written by a registry; it is left alone")});
  return true;
}

void SeenBeside::cannot_list(const FolderAbove& above, const std::string& name,
                             int error) {
  const std::string path = above.path + "/" + name;
  occupied.push_back(path);
  if (above.repository != kNoRepository) foreign_in.push_back(above.repository);
  findings.push_back(
      {above.repository,
       finding_at(FindingKind::foreign_entry, path,
                  std::string("cannot be listed: ") + std::strerror(error))});
}

void gather(SeenBeside& seen, Inventory& inventory) {
  for (auto& [repository, file] : seen.temporary_files)
    (repository == kNoRepository
         ? inventory.temporary_files
         : inventory.repositories[repository].temporary_files)
        .push_back(std::move(file));
  for (auto& [repository, finding] : seen.findings) {
    if (repository != kNoRepository)
      finding.repository = inventory.repositories[repository].name;
    inventory.findings.push_back(std::move(finding));
  }
  inventory.litter.merge(seen.litter);
  append(inventory.occupied_folders, std::move(seen.occupied));
  for (const std::uint32_t i : seen.foreign_in)
    inventory.repositories[i].has_foreign_entries = true;
  for (const auto& [i, t] : seen.foreign_tags)
    inventory.repositories[i].tags[t].holds_foreign = true;
}

}  // namespace dregs
