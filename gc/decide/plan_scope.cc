#include "gc/decide/plan_scope.h"

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

std::string folder_of(const TemporaryFile& file) {
  return std::string(layout::parent(file.path));
}

// What stays in a folder keeps it, and those above it.
std::unordered_set<std::string> occupied_folders(const Inventory& inventory,
                                                 const MarkSet& marks,
                                                 const Policy& policy) {
  std::unordered_set<std::string> occupied(inventory.occupied_folders.begin(),
                                           inventory.occupied_folders.end());
  for (const TemporaryFile& file : inventory.temporary_files)
    if (policy.is_fresh_upload(file.times)) occupied.insert(folder_of(file));
  for (std::uint32_t i = 0; i < inventory.repositories.size(); ++i) {
    const Repository& repository = inventory.repositories[i];
    for (const TemporaryFile& file : repository.temporary_files) {
      if (!marks.repositories[i].pinned && !policy.is_fresh_upload(file.times))
        continue;
      occupied.insert(folder_of(file));
      occupied.insert(layout::repository(repository.name));
    }
  }
  return occupied;
}

}  // namespace

PlanScope::PlanScope(const Inventory& all, const MarkSet& marked,
                     const Policy& rules)
    : inventory(all),
      marks(marked),
      policy(rules),
      occupied(occupied_folders(all, marked, rules)) {}

}  // namespace dregs
