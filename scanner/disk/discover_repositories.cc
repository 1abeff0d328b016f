#include "scanner/disk/discover_repositories.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for_each.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>

#include "scanner/disk/repository_scanner.h"
#include "scanner/files/entry_type.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/litter.h"
#include "scanner/ways/store_parts.h"

namespace dregs {
namespace {

// The folders above, to recognise a symbolic link that leads back to one.
struct Ancestor {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::shared_ptr<const Ancestor> above;
};

struct Place {
  std::string path{};  // below repositories/, "" is that folder
  bool hidden = false;
  bool is_link = false;                // a symbolic link itself
  bool through_symbolic_link = false;  // perhaps not the only way to it
  // Nothing below is removed, for a repository above is behind a symbolic link,
  // or on another filesystem.
  bool behind_symbolic_link = false;
  bool on_other_filesystem = false;
  // In a folder that no server can reach by its name. Repositories in it are
  // kept as those that servers do not see; nothing else in it matters.
  bool in_litter = false;
  std::uint64_t device = 0;  // of the folder above
  std::shared_ptr<const Ancestor> above{};

  bool kept() const { return behind_symbolic_link || on_other_filesystem; }
};

// Far beyond what any server accepts, and short enough that a hostile tree of
// endless nesting does not fill the memory with its paths.
constexpr std::size_t kLongestPath = 65'536;

// One thread's share of the result.
struct Share {
  std::vector<Place> symbolic_links;  // still to be followed
  std::vector<RepositoryScan> repositories;
  std::vector<NamespaceFolder> namespaces;
  std::vector<StorePart> parts;
  std::vector<Finding> findings;
  Litter litter;
  std::vector<Finding> obstacles;
};

// A registry's own: what it has for parts of a repository, and in those.
// Without a name there is no repository, and somebody may have put others in
// its parts.
bool is_structure(std::string_view place, std::string_view name) {
  if (layout::is_part(name)) return !place.empty();
  if (place == layout::kManifests) return name == "revisions" || name == "tags";
  return place == layout::kLayers &&
         (name.starts_with("sha") || name == "tarsum");
}

bool leads_back(const FileStatus& status, const Ancestor* above) {
  for (; above != nullptr; above = above->above.get())
    if (above->inode == status.inode && above->device == status.device)
      return true;
  return false;
}

class Discovery {
 public:
  Discovery(int repositories, const StopRequest& stop, ScanProgress& progress)
      : repositories_(repositories), stop_(stop), progress_(progress) {}

  void run(Inventory& inventory) {
    Place start;
    FileStatus status;
    if (descriptor_status(repositories_, status) == 0)
      start.device = status.device;
    walk(start);
    follow_symbolic_links();
    for (Share& share : shares_) gather(share, inventory);
    sort(inventory);
  }

 private:
  void walk(const Place& start) {
    const std::vector<Place> places = {start};
    tbb::parallel_for_each(
        places, [this](const Place& place, tbb::feeder<Place>& feeder) {
          if (!stop_.requested()) visit(place, feeder);
        });
  }

  // One after the other, so that which of several ways to a folder is the one
  // it is scanned by does not depend on threads. Symbolic links are rare.
  void follow_symbolic_links() {
    for (;;) {
      std::vector<Place> found;
      for (Share& share : shares_) {
        std::move(share.symbolic_links.begin(), share.symbolic_links.end(),
                  std::back_inserter(found));
        share.symbolic_links.clear();
      }
      if (found.empty()) return;
      std::sort(found.begin(), found.end(),
                [](const Place& a, const Place& b) { return a.path < b.path; });
      for (const Place& place : found) walk(place);
    }
  }

  // Symbolic links may lead to one folder in more ways than can be walked: it
  // is scanned by the first one. What it holds is the same by any other.
  bool is_first_way(const FileStatus& status) {
    const std::scoped_lock lock(followed_mutex_);
    return followed_.emplace(status.device, status.inode).second;
  }

  void visit(const Place& place, tbb::feeder<Place>& feeder) {
    Share& mine = shares_.local();
    if (place.path.size() > kLongestPath)
      return obstacle(mine, place.path.substr(0, PATH_MAX), ENAMETOOLONG);
    const Descriptor folder = open_folder(repositories_, place.path);
    FileStatus status;
    int error = folder ? descriptor_status(folder.get(), status) : errno;
    if (error != 0) return cannot_list(mine, place, error);
    if (place.through_symbolic_link && !is_first_way(status)) {
      if (place.is_link) note_followed(place.path);
      mine.namespaces.push_back({place.path, 0, false});
      return;
    }
    const Place self = judge(place, folder.get(), status, mine);
    NamespaceFolder here;
    here.path = place.path;
    here.removable = !place.hidden && !self.kept() && !place.is_link &&
                     status.device == place.device &&
                     layout::is_legal_repository_name(place.path);
    bool is_repository = false;
    error = for_each_entry(folder.get(), [&](FolderEntry entry) {
      if (layout::is_part(entry.name)) is_repository = true;
      if (!is_structure(place.path, entry.name))
        visit_entry(self, folder.get(), entry, here, feeder);
    });
    if (error != 0) cannot_list(mine, place, error);
    if (place.in_litter && !is_repository) count_litter(place);
    if (is_repository) scan_one(self, folder.get());
    // Scanning a repository may run other folders on this thread meanwhile,
    // so its share is fetched anew.
    if (!place.in_litter) shares_.local().namespaces.push_back(std::move(here));
  }

  // The folder itself, not those in it.
  void count_litter(const Place& place) {
    if (is_litter(layout::last_component(place.path)))
      shares_.local().litter.add(layout::repository(place.path));
  }

  void cannot_list(Share& share, const Place& place, int error) {
    if (place.in_litter)
      note(FindingKind::foreign_entry, place.path,
           std::string("cannot be listed (") + std::strerror(error) +
               "); no server looks there");
    else
      obstacle(share, place.path, error);
  }

  // A folder of repositories that is elsewhere is a part of the store; a
  // repository that is, with all below it, is kept. What the places below it
  // have from it.
  Place judge(const Place& place, int folder, const FileStatus& status,
              Share& mine) {
    Place self = place;
    self.above = std::make_shared<const Ancestor>(
        Ancestor{status.device, status.inode, place.above});
    self.device = status.device;
    self.is_link = false;
    if (!place.is_link && status.device == place.device) return self;
    const bool collected = !place.hidden && !place.kept() &&
                           layout::is_legal_repository_name(place.path) &&
                           !holds_parts(folder);
    if (collected)
      mine.parts.push_back({layout::repository(place.path), status.device,
                            status.inode, place.is_link});
    else if (place.is_link)
      note_followed(place.path);
    self.behind_symbolic_link |= place.is_link && !collected;
    self.on_other_filesystem |= status.device != place.device && !collected;
    return self;
  }

  static bool holds_parts(int folder) {
    const Descriptor again = open_folder(folder, "");
    bool found = false;
    if (again)
      for_each_entry(again.get(), [&](FolderEntry entry) {
        found |= layout::is_part(entry.name);
      });
    return found;
  }

  void visit_entry(const Place& place, int folder, FolderEntry entry,
                   NamespaceFolder& here, tbb::feeder<Place>& feeder) {
    Place below = place;
    below.path =
        (place.path.empty() ? "" : place.path + "/") + std::string(entry.name);
    below.hidden |= entry.name.starts_with('_');
    below.in_litter |= is_litter(entry.name);
    const std::string path = below.path;
    const EntryType type = entry_type(folder, entry);
    if (below.in_litter || (is_litter_file(entry.name) && !is_folder(type)))
      return visit_litter(place, entry, type, std::move(below), here, feeder);
    switch (type) {
      case EntryType::folder:
        feeder.add(std::move(below));
        return;
      case EntryType::symbolic_link:
        ++here.other_entries;
        if (follow(folder, entry, path, place.above.get())) {
          below.through_symbolic_link = true;
          below.is_link = true;
          shares_.local().symbolic_links.push_back(std::move(below));
        }
        return;
      case EntryType::file:
      case EntryType::other:
        ++here.other_entries;
        note(FindingKind::foreign_entry, path,
             "not written by a registry; it is left alone");
    }
  }

  static bool is_folder(EntryType type) { return type == EntryType::folder; }

  // A folder of snapshots holds whole copies of the store, and no image of
  // today needs them: it is not walked. Symbolic links are not followed, for
  // no server comes to them.
  void visit_litter(const Place& above, FolderEntry entry, EntryType type,
                    Place below, NamespaceFolder& here,
                    tbb::feeder<Place>& feeder) {
    ++here.other_entries;
    if (is_folder(type) && !is_snapshot_folder(entry.name))
      feeder.add(std::move(below));
    else if (!above.in_litter)
      shares_.local().litter.add(layout::repository(below.path));
  }

  // Whether what the symbolic link leads to has to be scanned.
  bool follow(int folder, FolderEntry entry, const std::string& path,
              const Ancestor* above) {
    FileStatus status;
    const int error = followed_status(folder, entry.c_str(), status);
    if (error == ELOOP || (error == 0 && leads_back(status, above))) {
      note(FindingKind::symbolic_link_loop, path, "leads back to itself");
      return false;
    }
    if (error != 0) {
      shares_.local().obstacles.push_back(
          finding(FindingKind::dangling_symbolic_link, path,
                  std::string("leads nowhere (") + std::strerror(error) +
                      "): a repository may be missing here"));
      return false;
    }
    if (!status.folder()) note_followed(path);
    return status.folder();
  }

  void note_followed(const std::string& path) {
    note(FindingKind::symbolic_link, path,
         "the registry follows it; nothing is removed through it");
  }

  void scan_one(const Place& place, int folder) {
    const RepositoryPlace repository{
        place.path, place.hidden || place.path.empty(),
        place.behind_symbolic_link, place.on_other_filesystem};
    RepositoryScan scan = scan_repository(repository, folder, stop_, progress_);
    shares_.local().repositories.push_back(std::move(scan));
  }

  static Finding finding(FindingKind kind, const std::string& path,
                         std::string detail) {
    Finding made;
    made.kind = kind;
    made.path = layout::repository(path);
    made.detail = std::move(detail);
    return made;
  }

  void note(FindingKind kind, const std::string& path, std::string detail) {
    shares_.local().findings.push_back(finding(kind, path, std::move(detail)));
  }

  void obstacle(Share& share, const std::string& path, int error) {
    share.obstacles.push_back(
        finding(FindingKind::unreadable_folder, path, std::strerror(error)));
  }

  static void gather(Share& share, Inventory& inventory) {
    for (RepositoryScan& scan : share.repositories) {
      append(inventory.findings, std::move(scan.findings));
      inventory.litter.merge(scan.litter);
      append(inventory.obstacles, std::move(scan.obstacles));
      inventory.repositories.push_back(std::move(scan.repository));
    }
    append(inventory.namespaces, std::move(share.namespaces));
    append(inventory.parts, std::move(share.parts));
    append(inventory.findings, std::move(share.findings));
    inventory.litter.merge(share.litter);
    append(inventory.obstacles, std::move(share.obstacles));
  }

  static void sort(Inventory& inventory) {
    std::sort(inventory.repositories.begin(), inventory.repositories.end(),
              [](const Repository& a, const Repository& b) {
                return a.name < b.name;
              });
    std::sort(inventory.namespaces.begin(), inventory.namespaces.end(),
              [](const NamespaceFolder& a, const NamespaceFolder& b) {
                return a.path < b.path;
              });
  }

  int repositories_;
  const StopRequest& stop_;
  ScanProgress& progress_;
  tbb::enumerable_thread_specific<Share> shares_;
  std::mutex followed_mutex_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> followed_;
};

}  // namespace

void discover_repositories(int v2, const StopRequest& stop,
                           ScanProgress& progress, Inventory& inventory) {
  const Descriptor folder = open_folder(v2, std::string(layout::kRepositories));
  if (!folder) {
    if (errno == ENOENT) return;
    Finding finding;
    finding.kind = FindingKind::unreadable_folder;
    finding.path = layout::kRepositories;
    finding.detail = std::strerror(errno);
    inventory.obstacles.push_back(std::move(finding));
    return;
  }
  inventory.repositories_found = true;
  const std::string name(layout::kRepositories);
  if (auto part = find_part(v2, name, folder.get(), name))
    inventory.parts.push_back(std::move(*part));
  Discovery(folder.get(), stop, progress).run(inventory);
}

}  // namespace dregs
