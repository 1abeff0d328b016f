#include "scanner/ways/keep_what_is_led_to.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <set>

#include "scanner/formats/layout.h"
#include "scanner/formats/path_below.h"
#include "scanner/inventory/finding_at.h"
#include "scanner/ways/following.h"
#include "scanner/ways/place_kind.h"
#include "scanner/ways/trace_way.h"

namespace dregs {
namespace {

bool leads_on(const Finding& finding) {
  return finding.kind == FindingKind::symbolic_link ||
         finding.kind == FindingKind::symbolic_link_loop ||
         finding.kind == FindingKind::other_filesystem;
}

void begin_at_findings(Following& all) {
  // In one order, whatever threads found first; the last one is taken first.
  std::vector<Finding> found;
  std::copy_if(all.inventory.findings.begin(), all.inventory.findings.end(),
               std::back_inserter(found), leads_on);
  std::stable_sort(
      found.begin(), found.end(),
      [](const Finding& a, const Finding& b) { return a.path > b.path; });
  for (const Finding& finding : found) begin(all, finding.path, finding);
}

// The kernel's own list: the scan does not look at every file and folder, and
// the kernel removes no mount point, also where a later mount hides it.
void begin_at_mounts(Following& all) {
  for (const std::string& path : all.locator.mounts_in_store()) {
    const Finding finding =
        finding_at(FindingKind::other_filesystem, path,
                   "another filesystem is mounted here; nothing is removed");
    all.places.keep_passage(path, finding);
    begin(all, path, finding);
  }
}

void begin_in_odd_uploads(Following& all) {
  for (const Repository& repository : all.inventory.repositories)
    for (const Upload& upload : repository.uploads) {
      if (upload.recognised) continue;
      const std::string path = layout::upload(repository.name, upload.id);
      look_into(all, path, finding_at(FindingKind::symbolic_link, path, ""));
    }
}

void begin_at_foreign_algorithms(Following& all) {
  std::set<std::string> folders;
  for (const Finding& finding : all.inventory.findings)
    if (finding.kind == FindingKind::foreign_algorithm)
      folders.insert(finding.path);
  for (const std::string& path : folders)
    begin(all, path, finding_at(FindingKind::symbolic_link, path, ""));
}

// What the end lies in stays with the end.
void pass(Following& all, const Way::Step& step,
          const std::vector<std::string>& ends_at, const WayStart& start) {
  for (const std::string& place : all.locator.places_at(step.real)) {
    const bool holds_end = std::any_of(
        ends_at.begin(), ends_at.end(),
        [&](const std::string& end) { return is_at_or_below(end, place); });
    if (place != step.spelled && !holds_end)
      all.places.keep_passage(place, start.from);
  }
}

bool is_part(const Following& all, const std::string& path) {
  return std::any_of(all.inventory.parts.begin(), all.inventory.parts.end(),
                     [&](const StorePart& part) { return part.path == path; });
}

void keep_at(Following& all, const std::string& place, bool only_repositories,
             const Finding& from) {
  if (only_repositories)
    all.places.keep_repositories_at(place, from);
  else
    all.places.keep_all_at(place, from);
}

void arrive(Following& all, const Way& way, const WayStart& start) {
  const std::string& end = way.steps.back().real;
  const bool whole = holds_whole_repositories(start.path);
  for (const std::string& place : all.locator.places_at(end)) {
    if (place == start.path) continue;
    all.places.keep_passage(place, start.from);
    keep_at(all, place, whole && holds_whole_repositories(place), start.from);
  }
  // The scan went on from a part.
  if (is_part(all, start.path)) return;
  for (const std::string& part : all.locator.parts_below(end))
    keep_at(all, part, whole, start.from);
  // So it did from a folder of repositories.
  if (whole) return;
  if (all.locator.shows_anything(end))
    all.places.keep_all_at("", start.from);
  else if (way.folder)
    look_into(all, start.path, start.from);
}

void follow(Following& all, const WayStart& start) {
  const Way way = trace_way(all.v2, start.path);
  const bool ends = way.error == 0 && !way.steps.empty();
  const std::vector<std::string> ends_at =
      ends ? all.locator.places_at(way.steps.back().real)
           : std::vector<std::string>();
  for (const Way::Step& step : way.steps) pass(all, step, ends_at, start);
  if (ends) return arrive(all, way, start);
  if (!leads_nowhere(way.error) && way.error != 0)
    cannot_follow(all, start, std::strerror(way.error));
}

}  // namespace

void begin(Following& all, const std::string& path, const Finding& from) {
  if (all.begun.insert(path).second) all.ways.push_back({path, from});
}

void cannot_follow(Following& all, const WayStart& start, const char* why) {
  Finding obstacle =
      finding_at(start.from.kind, start.path,
                 std::string("nobody can tell where it leads: ") + why);
  obstacle.repository = start.from.repository;
  all.inventory.obstacles.push_back(std::move(obstacle));
}

bool leads_nowhere(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

void keep_what_is_led_to(int v2, Inventory& inventory) {
  Following all(v2, inventory);
  begin_at_findings(all);
  judge_parts(all);
  begin_at_mounts(all);
  // The scan does not look into these, and a server may.
  begin_in_odd_uploads(all);
  begin_at_foreign_algorithms(all);
  while (!all.ways.empty()) {
    const WayStart start = std::move(all.ways.back());
    all.ways.pop_back();
    follow(all, start);
  }
  all.places.finish();
}

}  // namespace dregs
