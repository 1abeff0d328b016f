// Places of the store that something else leads to: what the one repository
// does not need there another may, so they stay (format.md#row-51 and #row-53).
// Changes an inventory before anybody else reads it. One thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace dregs {

class ProtectedPlaces {
 public:
  explicit ProtectedPlaces(Inventory& inventory) : inventory_(inventory) {}

  // Paths are relative to v2, "" is all of it. `from` says what leads there.
  // The place itself stays, as what a way passes on its way elsewhere.
  void keep_passage(const std::string& place, const Finding& from);
  // The place stays with all below it.
  void keep_all_at(const std::string& place, const Finding& from);

  // The same of repositories alone, and of v2 no blobs: servers serve such a
  // repository by another name too, under which all of its revisions are to
  // stay, and both names need the same blobs.
  void keep_repositories_at(const std::string& place, const Finding& from);

  // Of what stays: what pins say of it. Temporary files there are no longer
  // removable.
  void finish();

 private:
  void pin_at(std::string_view path, const Finding& from);
  void pin_all_below(std::string_view folder, const Finding& from);
  void pin(Repository& repository, std::string_view where, const Finding& from);
  bool is_kept(std::string_view path) const;

  Inventory& inventory_;
  std::set<std::string, std::less<>> kept_;
  std::set<std::string, std::less<>> passed_;
  std::vector<Finding> findings_;
};

}  // namespace dregs
