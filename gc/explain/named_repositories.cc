#include "gc/explain/named_repositories.h"

#include <algorithm>

#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sort_unique.h"
#include "scanner/repositories/repository_scanner.h"

namespace dregs {
namespace {

// Only names that servers accept become paths: they cannot leave the tree.
bool can_be_opened(const ImageRef& ref) {
  return layout::is_legal_repository_name(ref.repository);
}

bool add_repository(int v2, const std::string& name, const StopRequest& stop,
                    ScanProgress& progress, Inventory& inventory) {
  const Descriptor folder = open_folder(v2, layout::repository(name));
  if (!folder) return false;
  RepositoryPlace place;
  place.name = name;
  RepositoryScan scan = scan_repository(place, folder.get(), stop, progress);
  if (scan.repository.folders.empty()) return false;
  append(inventory.findings, std::move(scan.findings));
  append(inventory.obstacles, std::move(scan.obstacles));
  inventory.repositories.push_back(std::move(scan.repository));
  return true;
}

}  // namespace

Inventory scan_named(int v2, const std::vector<ImageRef>& refs,
                     const StopRequest& stop, ScanProgress& progress) {
  std::vector<std::string> names;
  names.reserve(refs.size());
  for (const ImageRef& ref : refs) names.push_back(ref.repository);
  sort_unique(names);
  Inventory inventory;
  inventory.repositories_found = true;
  const bool all_found =
      !refs.empty() && std::all_of(refs.begin(), refs.end(), can_be_opened) &&
      std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return add_repository(v2, name, stop, progress, inventory);
      });
  return all_found ? inventory : scan_repositories(v2, stop, progress);
}

}  // namespace dregs
