// The kinds of damage to one place of a store: links, mounts, hard links,
// litter, wrong bytes. They know paths and nothing of registries.
#pragma once

#include <filesystem>
#include <span>

namespace dregs {

struct DamagedPlace {
  std::filesystem::path at;
  std::filesystem::path like;  // of the same sort; it may be `at` itself
  std::filesystem::path
      outside;  // a folder for what is moved out of the registry
  unsigned how = 0;
  bool may_mount = false;

  bool is_folder() const {
    return std::filesystem::is_directory(std::filesystem::symlink_status(at));
  }
  bool is_file() const {
    return std::filesystem::is_regular_file(
        std::filesystem::symlink_status(at));
  }

  // A name outside that nothing has.
  std::filesystem::path free_name() const {
    const auto taken =
        std::distance(std::filesystem::directory_iterator(outside), {});
    return outside / ("moved" + std::to_string(taken));
  }
};

struct PlaceDamage {
  const char* name;
  // Throws std::system_error where something is in its way.
  void (*take)(const DamagedPlace&);
};

std::span<const PlaceDamage> place_damages();

}  // namespace dregs
