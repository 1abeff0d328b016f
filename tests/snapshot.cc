#include "tests/snapshot.h"

#include <fstream>

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::string describe_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return "unreadable";
  std::string bytes(fs::file_size(path), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return "file " + sha256(bytes).to_string();
}

std::string describe(const fs::directory_entry& entry) {
  switch (entry.symlink_status().type()) {
    case fs::file_type::directory:
      return "folder";
    case fs::file_type::symlink:
      return "symlink " + fs::read_symlink(entry.path()).string();
    case fs::file_type::fifo:
      return "fifo";
    case fs::file_type::regular:
      return describe_file(entry.path());
    default:
      return "unreadable";
  }
}

}  // namespace

TreeSnapshot snapshot_tree(const fs::path& folder) {
  TreeSnapshot snapshot;
  if (!fs::exists(folder)) return snapshot;
  const auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(folder, options)) {
    snapshot.emplace(entry.path().lexically_relative(folder).string(),
                     describe(entry));
  }
  return snapshot;
}

std::set<std::string> files_lost(const TreeSnapshot& before,
                                 const TreeSnapshot& after) {
  std::set<std::string> lost;
  for (const auto& [path, what] : before) {
    if (what != "folder" && !after.contains(path)) lost.insert(path);
  }
  return lost;
}

std::set<std::string> files_added(const TreeSnapshot& before,
                                  const TreeSnapshot& after) {
  return files_lost(after, before);
}

std::set<std::string> files_changed(const TreeSnapshot& before,
                                    const TreeSnapshot& after) {
  std::set<std::string> changed;
  for (const auto& [path, what] : before) {
    const auto now = after.find(path);
    if (now != after.end() && now->second != what) changed.insert(path);
  }
  return changed;
}

}  // namespace dregs
