#include "scanner/mount_table.h"

#include <algorithm>
#include <sstream>

namespace dregs {
namespace {

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

}  // namespace

std::optional<std::vector<Mount>> parse_mounts(std::string_view table) {
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

std::vector<const Mount*> mounts_of(const std::vector<Mount>& mounts,
                                    const std::string& path) {
  std::vector<const Mount*> possible;
  for (const Mount& mount : mounts) {
    if (!is_at_or_below(path, mount.point)) continue;
    std::erase_if(possible, [&](const Mount* earlier) {
      return earlier->point.size() <= mount.point.size();
    });
    possible.push_back(&mount);
  }
  return possible;
}

std::string path_in_filesystem(const Mount& mount, const std::string& path) {
  const std::string rest =
      mount.point == "/" ? path : path.substr(mount.point.size());
  if (mount.root == "/") return rest.empty() ? "/" : rest;
  return mount.root + rest;
}

bool is_at_or_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) &&
         (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace dregs
