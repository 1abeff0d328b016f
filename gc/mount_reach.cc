#include "gc/mount_reach.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

namespace dregs {
namespace {

struct Mount {
  std::string device;  // major:minor
  std::string root;    // which folder of that file system is mounted
  std::string point;   // where
  std::string upper;   // of an overlay: the folder that it writes to
};

bool is_octal(char c) { return '0' <= c && c <= '7'; }

// The kernel writes blanks and backslashes as \040.
std::string unescape(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    text.begin() + static_cast<std::ptrdiff_t>(i) + 4,
                    is_octal)) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string upper_of(const std::string& line) {
  constexpr std::string_view key = "upperdir=";
  const std::size_t found = line.find(key);
  if (found == std::string::npos) return {};
  const std::size_t begin = found + key.size();
  return unescape(line.substr(begin, line.find(',', begin) - begin));
}

std::optional<std::vector<Mount>> parse(std::string_view table) {
  std::vector<Mount> mounts;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string id;
    std::string parent;
    Mount mount;
    if (!(fields >> id >> parent >> mount.device >> mount.root >> mount.point))
      return std::nullopt;
    mount.root = unescape(mount.root);
    mount.point = unescape(mount.point);
    mount.upper = upper_of(line);
    mounts.push_back(std::move(mount));
  }
  if (mounts.empty()) return std::nullopt;
  return mounts;
}

bool is_at_or_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) &&
         (path.size() == folder.size() || path[folder.size()] == '/');
}

bool overlap(const std::string& a, const std::string& b) {
  return is_at_or_below(a, b) || is_at_or_below(b, a);
}

// Who mounts an overlay may name its folders relative to a place that nobody
// remembers: then a part of our path that reads the same is enough.
bool writes_at(const std::string& upper, const std::string& path) {
  if (upper.empty()) return false;
  if (upper.starts_with('/')) return overlap(upper, path);
  return (path + "/").find("/" + upper + "/") != std::string::npos;
}

const Mount* mount_of(const std::vector<Mount>& mounts,
                      const std::string& path) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    // Of two at one place the later one hides the earlier one.
    if (is_at_or_below(path, mount.point) &&
        (best == nullptr || mount.point.size() >= best->point.size()))
      best = &mount;
  }
  return best;
}

std::string path_in_file_system(const Mount& mount, const std::string& path) {
  const std::string rest =
      mount.point == "/" ? path : path.substr(mount.point.size());
  if (mount.root == "/") return rest.empty() ? "/" : rest;
  return mount.root + rest;
}

}  // namespace

bool may_reach(std::string_view ours, std::string_view theirs,
               const std::string& path) {
  const auto our_mounts = parse(ours);
  const auto their_mounts = parse(theirs);
  if (!our_mounts || !their_mounts) return true;
  const Mount* mount = mount_of(*our_mounts, path);
  if (mount == nullptr) return true;
  const std::string inside = path_in_file_system(*mount, path);
  return std::any_of(
      their_mounts->begin(), their_mounts->end(), [&](const Mount& their) {
        return (their.device == mount->device && overlap(their.root, inside)) ||
               writes_at(their.upper, path);
      });
}

}  // namespace dregs
