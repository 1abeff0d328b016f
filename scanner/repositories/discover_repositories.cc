#include "scanner/repositories/discover_repositories.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for_each.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <iterator>
#include <mutex>
#include <set>

#include "scanner/formats/layout.h"
#include "scanner/inventory/finding_at.h"
#include "scanner/inventory/litter.h"
#include "scanner/repositories/enter_place.h"
#include "scanner/repositories/repository_scanner.h"
#include "scanner/repositories/visit_entry.h"
#include "scanner/ways/store_parts.h"

namespace dregs {
namespace {

// Far beyond what any server accepts, and short enough that a hostile tree of
// endless nesting does not fill the memory with its paths.
constexpr std::size_t kLongestPath = 65'536;

NamespaceFolder namespace_folder(const VisitedPlace& place,
                                 const VisitedPlace& inside) {
  NamespaceFolder folder;
  folder.path = place.path;
  folder.removable = !place.hidden && !inside.kept() && !place.is_link &&
                     inside.device == place.device &&
                     layout::is_legal_repository_name(place.path);
  return folder;
}

// The folder itself, not those in it.
void count_litter(const VisitedPlace& place, Discovered& found) {
  if (is_litter(layout::last_component(place.path)))
    found.litter.add(layout::repository(place.path));
}

using FoundByThread = tbb::enumerable_thread_specific<Discovered>;

// Sorted by path.
std::vector<VisitedPlace> take_symbolic_links(FoundByThread& all) {
  std::vector<VisitedPlace> links;
  for (Discovered& found : all) {
    std::move(found.symbolic_links.begin(), found.symbolic_links.end(),
              std::back_inserter(links));
    found.symbolic_links.clear();
  }
  std::ranges::sort(links, {}, &VisitedPlace::path);
  return links;
}

class Discovery {
 public:
  Discovery(int repositories, const StopRequest& stop, ScanProgress& progress)
      : repositories_(repositories), stop_(stop), progress_(progress) {}

  void run(Inventory& inventory) {
    VisitedPlace start;
    FileStatus status;
    if (descriptor_status(repositories_, status) == 0)
      start.device = status.device;
    walk(start);
    follow_symbolic_links();
    for (Discovered& found : found_) gather(found, inventory);
  }

 private:
  void walk(const VisitedPlace& start) {
    const std::vector<VisitedPlace> places = {start};
    tbb::parallel_for_each(places, [this](const VisitedPlace& place,
                                          tbb::feeder<VisitedPlace>& feeder) {
      if (!stop_.requested()) visit(place, feeder);
    });
  }

  // One after the other, so that which of several ways to a folder is the one
  // it is scanned by does not depend on threads. Symbolic links are rare.
  void follow_symbolic_links() {
    for (;;) {
      const std::vector<VisitedPlace> links = take_symbolic_links(found_);
      if (links.empty()) return;
      for (const VisitedPlace& place : links) walk(place);
    }
  }

  // Symbolic links may lead to one folder in more ways than can be walked: it
  // is scanned by the first one. What it holds is the same by any other.
  bool is_first_way(const FileStatus& status) {
    const std::scoped_lock lock(followed_mutex_);
    return followed_.emplace(status.device, status.inode).second;
  }

  void visit(const VisitedPlace& place, tbb::feeder<VisitedPlace>& feeder) {
    Discovered& mine = found_.local();
    if (place.path.size() > kLongestPath) {
      mine.obstacles.push_back(unreadable_folder(
          layout::repository(place.path.substr(0, PATH_MAX)), ENAMETOOLONG));
      return;
    }
    const Descriptor folder = open_folder(repositories_, place.path);
    FileStatus status;
    const int error = folder ? descriptor_status(folder.get(), status) : errno;
    if (error != 0) return mine.cannot_list(place, error);
    if (!place.through_symbolic_link || is_first_way(status))
      return visit_folder(place, folder.get(), status, feeder);
    if (place.is_link) mine.note_followed(place.path);
    mine.namespaces.push_back({place.path, 0, false});
  }

  void visit_folder(const VisitedPlace& place, int folder,
                    const FileStatus& status,
                    tbb::feeder<VisitedPlace>& feeder) {
    Discovered& mine = found_.local();
    const VisitedPlace inside = enter_place(place, folder, status, mine);
    NamespaceFolder here = namespace_folder(place, inside);
    const OpenPlace open{inside, folder, here, mine, feeder};
    bool is_repository = false;
    const int error = for_each_entry(folder, [&](FolderEntry entry) {
      if (layout::is_part(entry.name)) is_repository = true;
      if (!is_structure(place.path, entry.name)) visit_entry(open, entry);
    });
    if (error != 0) mine.cannot_list(place, error);
    if (place.in_litter && !is_repository) count_litter(place, mine);
    if (is_repository) scan_one(inside, folder);
    // Scanning a repository may run other folders on this thread meanwhile,
    // so its share is fetched anew.
    if (!place.in_litter) found_.local().namespaces.push_back(std::move(here));
  }

  void scan_one(const VisitedPlace& place, int folder) {
    const RepositoryPlace repository{
        place.path, place.hidden || place.path.empty(),
        place.behind_symbolic_link, place.on_other_filesystem};
    RepositoryScan scan = scan_repository(repository, folder, stop_, progress_);
    found_.local().repositories.push_back(std::move(scan));
  }

  int repositories_;
  const StopRequest& stop_;
  ScanProgress& progress_;
  FoundByThread found_;
  std::mutex followed_mutex_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> followed_;
};

void sort(Inventory& inventory) {
  std::ranges::sort(inventory.repositories, {}, &Repository::name);
  std::ranges::sort(inventory.namespaces, {}, &NamespaceFolder::path);
}

}  // namespace

void discover_repositories(int v2, const StopRequest& stop,
                           ScanProgress& progress, Inventory& inventory) {
  const std::string name(layout::kRepositories);
  const Descriptor folder = open_folder(v2, name);
  if (!folder) {
    if (errno != ENOENT)
      inventory.obstacles.push_back(unreadable_folder(name, errno));
    return;
  }
  inventory.repositories_found = true;
  if (auto part = find_part(v2, name, folder.get(), name))
    inventory.parts.push_back(std::move(*part));
  Discovery(folder.get(), stop, progress).run(inventory);
  sort(inventory);
}

}  // namespace dregs
