#include "scanner/ways/keep_what_is_led_to.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <set>

#include "scanner/files/entry_type.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/path_below.h"
#include "scanner/ways/locator.h"
#include "scanner/ways/protected_places.h"
#include "scanner/ways/trace_way.h"

namespace dregs {
namespace {

// Deeper below a blob or a part of a repository no server looks: seven levels,
// down to _manifests/revisions/<alg>/<hex>/signatures/<alg>/<hex>/link.
constexpr int kDeepest = 8;
// Folders and files behind symbolic links, in which others are looked for.
constexpr std::size_t kMostEntries = 4'000'000;

bool leads_nowhere(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

bool leads_on(const Finding& finding) {
  return finding.kind == FindingKind::symbolic_link ||
         finding.kind == FindingKind::symbolic_link_loop ||
         finding.kind == FindingKind::other_filesystem;
}

class LinkFollower {
 public:
  LinkFollower(int v2, Inventory& inventory)
      : v2_(v2),
        inventory_(inventory),
        locator_(v2, inventory.parts),
        places_(inventory) {}

  void run() {
    begin_at_findings();
    judge_parts();
    begin_at_mounts();
    begin_at_odd_folders();
    while (!ways_.empty()) {
      const Start start = std::move(ways_.back());
      ways_.pop_back();
      follow(start);
    }
    places_.finish();
  }

 private:
  struct Start {
    std::string path;  // relative to v2; through any number of links
    Finding from;      // what in the store it began at
  };

  void begin(const std::string& path, const Finding& from) {
    if (begun_.insert(path).second) ways_.push_back({path, from});
  }

  void begin_at_findings() {
    // In one order, whatever threads found first; the last one is taken first.
    std::vector<Finding> found;
    std::copy_if(inventory_.findings.begin(), inventory_.findings.end(),
                 std::back_inserter(found), leads_on);
    std::stable_sort(
        found.begin(), found.end(),
        [](const Finding& a, const Finding& b) { return a.path > b.path; });
    for (const Finding& finding : found) begin(finding.path, finding);
  }

  void judge_parts() {
    std::vector<StorePart> sound;
    std::sort(
        inventory_.parts.begin(), inventory_.parts.end(),
        [](const StorePart& a, const StorePart& b) { return a.path < b.path; });
    for (StorePart& part : inventory_.parts) {
      const bool kept = locator_.overlaps(part);
      const Finding finding = kept ? finding_for_kept(part) : note_for(part);
      inventory_.findings.push_back(finding);
      begin(part.path, finding);
      if (kept)
        places_.keep_all_at(part.path, finding);
      else
        sound.push_back(std::move(part));
    }
    inventory_.parts = std::move(sound);
  }

  static Finding finding_for_kept(const StorePart& part) {
    return made(part.symbolic ? FindingKind::symbolic_link
                              : FindingKind::other_filesystem,
                part.path,
                "it leads to what is also seen at another place of the store, "
                "so nothing there is removed");
  }

  Finding note_for(const StorePart& part) const {
    return made(
        FindingKind::part_elsewhere, part.path,
        (part.symbolic ? "a symbolic link to " : "another filesystem, at ") +
            locator_.real_path(part.path) +
            "; it is collected there as any other part");
  }

  static Finding made(FindingKind kind, std::string path, std::string detail) {
    Finding finding;
    finding.kind = kind;
    finding.path = std::move(path);
    finding.detail = std::move(detail);
    return finding;
  }

  // The kernel's own list: the scan does not look at every file and folder.
  void begin_at_mounts() {
    for (const std::string& path : locator_.mounts_in_store()) {
      const Finding finding =
          made(FindingKind::other_filesystem, path,
               "another filesystem is mounted here; nothing is removed");
      if (ProtectedPlaces::is_part_of_repository(path))
        places_.keep_passage(path, finding);
      begin(path, finding);
    }
  }

  // Which the scan does not look into, and a server may.
  void begin_at_odd_folders() {
    for (const Repository& repository : inventory_.repositories)
      for (const Upload& upload : repository.uploads)
        if (!upload.recognised)
          look_into(layout::upload(repository.name, upload.id),
                    made(FindingKind::symbolic_link,
                         layout::upload(repository.name, upload.id), ""));
    std::set<std::string> folders;
    for (const Finding& finding : inventory_.findings)
      if (finding.kind == FindingKind::foreign_algorithm)
        folders.insert(finding.path);
    for (const std::string& path : folders)
      begin(path, made(FindingKind::symbolic_link, path, ""));
  }

  void follow(const Start& start) {
    const Way way = trace_way(v2_, start.path);
    const bool ends = way.error == 0 && !way.steps.empty();
    const std::vector<std::string> ends_at =
        ends ? locator_.places_at(way.steps.back().real)
             : std::vector<std::string>();
    for (const Way::Step& step : way.steps) pass(step, ends_at, start);
    if (ends) return arrive(way, start);
    if (!leads_nowhere(way.error) && way.error != 0)
      cannot_follow(start, std::strerror(way.error));
  }

  // What the end lies in stays with the end.
  void pass(const Way::Step& step, const std::vector<std::string>& ends_at,
            const Start& start) {
    for (const std::string& place : locator_.places_at(step.real)) {
      const bool holds_end = std::any_of(
          ends_at.begin(), ends_at.end(),
          [&](const std::string& end) { return is_at_or_below(end, place); });
      if (place != step.spelled && !holds_end)
        places_.keep_passage(place, start.from);
    }
  }

  void arrive(const Way& way, const Start& start) {
    const std::string& end = way.steps.back().real;
    const bool whole = ProtectedPlaces::holds_whole_repositories(start.path);
    for (const std::string& place : locator_.places_at(end)) {
      if (place == start.path) continue;
      places_.keep_passage(place, start.from);
      if (whole && ProtectedPlaces::holds_whole_repositories(place))
        places_.keep_repositories_at(place, start.from);
      else
        places_.keep_all_at(place, start.from);
    }
    // The scan went on from a part.
    if (is_part(start.path)) return;
    for (const std::string& part : locator_.parts_below(end))
      if (whole)
        places_.keep_repositories_at(part, start.from);
      else
        places_.keep_all_at(part, start.from);
    // So it did from a folder of repositories.
    if (whole) return;
    if (locator_.shows_anything(end))
      places_.keep_all_at("", start.from);
    else if (way.folder)
      look_into(start.path, start.from);
  }

  bool is_part(const std::string& path) const {
    return std::any_of(
        inventory_.parts.begin(), inventory_.parts.end(),
        [&](const StorePart& part) { return part.path == path; });
  }

  // Begins at every link and mount below, as deep as a server looks.
  void look_into(const std::string& path, const Finding& from) {
    const Descriptor folder = open_folder(v2_, path);
    const RealPath real = folder ? real_path_of(folder.get()) : RealPath();
    if (!folder || real.error != 0) {
      const int error = folder ? real.error : errno;
      if (!leads_nowhere(error))
        cannot_follow({path, from}, std::strerror(error));
      return;
    }
    if (!looked_into_.insert(real.path).second) return;
    for (const std::string& below : locator_.mounts_below(real.path))
      begin(fmt::format("{}/{}", path, below), from);
    list(folder.get(), path, from, kDeepest);
  }

  void list(int folder, const std::string& path, const Finding& from,
            int depth) {
    const int error = for_each_entry(folder, [&](FolderEntry entry) {
      if (++entries_ >= kMostEntries) return;
      const std::string below = path + "/" + std::string(entry.name);
      const EntryType type = entry_type(folder, entry);
      if (type == EntryType::symbolic_link) begin(below, from);
      if (type != EntryType::folder || depth == 1) return;
      const Descriptor inside = open_folder(folder, std::string(entry.name));
      if (inside)
        list(inside.get(), below, from, depth - 1);
      else if (!leads_nowhere(errno))
        cannot_follow({below, from}, std::strerror(errno));
    });
    if (error != 0) cannot_follow({path, from}, std::strerror(error));
    if (entries_ >= kMostEntries) places_.keep_all_at("", from);
  }

  void cannot_follow(const Start& start, const char* why) {
    inventory_.obstacles.push_back(
        made(start.from.kind, start.path,
             std::string("nobody can tell where it leads: ") + why));
    inventory_.obstacles.back().repository = start.from.repository;
  }

  int v2_;
  Inventory& inventory_;
  Locator locator_;
  ProtectedPlaces places_;
  std::vector<Start> ways_;
  std::set<std::string> begun_;
  std::set<std::string> looked_into_;
  std::size_t entries_ = 0;
};

}  // namespace

void keep_what_is_led_to(int v2, Inventory& inventory) {
  LinkFollower(v2, inventory).run();
}

}  // namespace dregs
