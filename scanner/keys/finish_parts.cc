#include "scanner/keys/finish_parts.h"

#include <algorithm>

#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"

namespace dregs {

bool report_beside(std::string_view folder,
                   const std::vector<KeyEntry>& entries,
                   std::initializer_list<std::string_view> known,
                   RepositoryReport& report) {
  bool foreign = false;
  for (const KeyEntry& entry : entries) {
    const std::string path =
        std::string(folder) + "/" + std::string(entry.name);
    if (std::find(known.begin(), known.end(), entry.name) != known.end())
      continue;
    if (entry.file != nullptr && layout::is_temporary_name(entry.name)) {
      report.temporary(path, entry.file->size,
                       {entry.file->modified_ns, entry.file->modified_ns});
      if (!entry.is_folder()) continue;
    }
    foreign = foreign || !is_litter_file(entry.name);
    report.foreign(path, "not written by a registry; it is left alone");
  }
  return foreign;
}

void report_left_over(const KeyEntry& folder, RepositoryReport& report) {
  bool foreign = false;
  for (const KeyEntry& entry : entries_of(folder.path, folder.inside)) {
    if (is_litter_file(entry.name))
      report.litter(std::string(entry.path));
    else if (!entry.is_folder() && layout::is_temporary_name(entry.name))
      report.temporary(std::string(entry.path), entry.file->size,
                       {entry.file->modified_ns, entry.file->modified_ns});
    else
      foreign = true;
  }
  if (foreign)
    report.foreign(std::string(folder.path),
                   "has no link, yet holds other files");
}

void report_no_folder(const KeyEntry& entry, RepositoryReport& report) {
  report.pin(FindingKind::not_a_folder, std::string(entry.path),
             "a file where the registry needs a folder");
}

}  // namespace dregs
