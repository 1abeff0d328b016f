#include "tests/file_identity.h"

#include <sys/stat.h>

namespace dregs {

namespace fs = std::filesystem;

void add_identities(FileIdentities& found, const fs::path& folder,
                    const std::string& prefix) {
  const auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(folder, options)) {
    struct stat parent {};
    if (stat(entry.path().parent_path().c_str(), &parent) != 0) continue;
    found[prefix + entry.path().lexically_relative(folder).string()] = {
        parent.st_dev, parent.st_ino, entry.path().filename()};
  }
}

std::set<FileIdentity> identities_of(const std::set<std::string>& paths,
                                     const fs::path& root) {
  std::set<FileIdentity> found;
  for (const std::string& path : paths) {
    struct stat parent {};
    const fs::path full = root / path;
    if (stat(full.parent_path().c_str(), &parent) == 0)
      found.emplace(parent.st_dev, parent.st_ino, full.filename());
  }
  return found;
}

bool is_at_or_below(const std::string& path, const FileIdentities& files,
                    const std::set<FileIdentity>& named) {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const auto found = files.find(path.substr(0, end));
    if (found != files.end() && named.contains(found->second)) return true;
    if (end == std::string::npos) return false;
  }
}

}  // namespace dregs
