// What is known while the ways of a store are followed; for the parts of
// keep_what_is_led_to() alone. One thread.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "scanner/ways/locator.h"
#include "scanner/ways/protected_places.h"

namespace dregs {

struct WayStart {
  std::string path;  // relative to v2; through any number of links
  Finding from;      // what in the store it began at
};

struct Following {
  // Both are borrowed.
  Following(int v2_folder, Inventory& scanned)
      : v2(v2_folder),
        inventory(scanned),
        locator(v2_folder, scanned.parts),
        places(scanned) {}

  int v2;
  Inventory& inventory;
  Locator locator;
  ProtectedPlaces places;
  std::vector<WayStart> ways;         // still to be walked
  std::set<std::string> begun;        // of all that ever were to be
  std::set<std::string> looked_into;  // real paths of folders
  std::size_t entries = 0;            // of those folders
};

// The way is walked later, if none began there before.
void begin(Following& all, const std::string& path, const Finding& from);

// Nobody can tell what has to stay, so the run is refused. `why` for a person.
void cannot_follow(Following& all, const WayStart& start, const char* why);

// No way on from there is a reason to doubt. `error` is an errno.
bool leads_nowhere(int error);

// Which parts of the store are collected where they were put: those that are
// sound stay in the inventory, and what the others lead to is kept.
void judge_parts(Following& all);

// Begins at every link and mount below a folder, as deep as a server looks.
void look_into(Following& all, const std::string& path, const Finding& from);

}  // namespace dregs
