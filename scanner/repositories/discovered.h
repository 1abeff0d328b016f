// What one thread discovers below repositories/. One thread at a time.
#pragma once

#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/repository_report.h"
#include "scanner/repositories/place.h"

namespace dregs {

struct Discovered {
  std::vector<VisitedPlace> symbolic_links;  // still to be followed
  std::vector<RepositoryScan> repositories;
  std::vector<NamespaceFolder> namespaces;
  std::vector<StorePart> parts;
  std::vector<Finding> findings;
  Litter litter;
  std::vector<Finding> obstacles;

  // `path` is below repositories/.
  void note(FindingKind kind, const std::string& path, std::string detail);
  void note_followed(const std::string& path);
  void note_dangling(const std::string& path, int error);
  // `error` is an errno. Nobody knows what is in there, unless it is in litter,
  // where no server looks.
  void cannot_list(const VisitedPlace& place, int error);
};

// Moves everything but symbolic links to the inventory, which is not sorted
// then.
void gather(Discovered& from, Inventory& inventory);

}  // namespace dregs
