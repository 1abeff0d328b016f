#include "gc/runs/removal_report.h"

#include "scanner/formats/layout.h"

namespace dregs {

std::vector<RemovedThing> what_goes(const Inventory& inventory,
                                    const RequestedRemoval& request) {
  std::vector<RemovedThing> things;
  for (const auto& [i, parts] : request) {
    const Repository& repository = inventory.repositories[i];
    const std::string& name = repository.name;
    if (parts.whole) {
      things.push_back(
          {name, "", std::nullopt,
           layout::repository(name) + "/" + std::string(layout::kManifests)});
      continue;
    }
    for (const std::uint32_t t : parts.tags)
      things.push_back({name, repository.tags[t].name,
                        repository.tags[t].current,
                        layout::tag(name, repository.tags[t].name)});
    for (const Digest& digest : parts.manifests)
      things.push_back({name, "", digest, layout::revision(name, digest)});
  }
  return things;
}

}  // namespace dregs
