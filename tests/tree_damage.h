// Damage to any place of a store, of the kinds that people, backups, vendors'
// boxes and disks that were added do: links, mounts, hard links, litter, wrong
// bytes. Where random_damage knows what it hits, this knows only paths.
#pragma once

#include <rapidcheck.h>

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace dregs {

// Numbers that choose among what is there, so that damages can be taken out of
// a list one by one.
struct TreeDamage {
  unsigned kind = 0;
  unsigned where = 0;
  unsigned like = 0;  // another place of the same sort
  unsigned how = 0;
};

std::ostream& operator<<(std::ostream& out, const TreeDamage& damage);

using TreeDamages = std::vector<TreeDamage>;

rc::Gen<TreeDamages> tree_damages();

// Two folders beside each other: the registry's root, and one for what is moved
// out of it. One thread at a time.
class DamagedTree {
 public:
  DamagedTree(std::filesystem::path root, std::filesystem::path outside,
              bool may_mount);
  // Ends every mount below the two.
  ~DamagedTree();
  DamagedTree(const DamagedTree&) = delete;
  DamagedTree& operator=(const DamagedTree&) = delete;

  // What was done, to which path, for people. What cannot be done, since an
  // earlier damage is in its way, is left half done, as people do.
  std::string take(const TreeDamage& damage);

 private:
  std::filesystem::path root_;
  std::filesystem::path outside_;
  bool may_mount_;
};

}  // namespace dregs
