#include "scanner/ways/mount_table.h"

#include <algorithm>
#include <array>

#include "scanner/formats/path_below.h"

namespace dregs {
namespace {

bool is_octal(char c) { return '0' <= c && c <= '7'; }

// The kernel writes blanks and backslashes as \040.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    text.begin() + static_cast<std::ptrdiff_t>(i) + 4,
                    is_octal)) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 +
                                 (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// Cuts what stands before the next `separator` off the front of `text`.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view first = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), first.size() + 1));
  return first;
}

// lowerdir=/a:/b, the topmost first; where a name holds a colon, only parts of
// it are found, which are nowhere.
void add_layers(std::string_view folders, Mount& mount) {
  while (!folders.empty()) {
    const std::string layer = unescape(take_until(folders, ':'));
    if (layer.starts_with('/')) mount.layers.push_back(layer);
  }
}

// Of the filesystem's own options, which stand last in a line.
void read_layers(std::string_view options, Mount& mount) {
  constexpr std::string_view kUpper = "upperdir=";
  constexpr std::string_view kLower = "lowerdir=";
  while (!options.empty()) {
    const std::string_view option = take_until(options, ',');
    if (option.starts_with(kLower))
      add_layers(option.substr(kLower.size()), mount);
    if (!option.starts_with(kUpper)) continue;
    mount.upper = unescape(option.substr(kUpper.size()));
    if (mount.upper.starts_with('/')) mount.layers.push_back(mount.upper);
  }
}

// ID PARENT DEVICE ROOT POINT OPTIONS [FIELD…] - KIND SOURCE OPTIONS: one blank
// between two of them, for the kernel writes every other blank as \040, and a
// source may be empty. nullopt for anything else.
std::optional<Mount> parse_mount(std::string_view line) {
  std::array<std::string_view, 6> fields;
  for (std::string_view& field : fields) field = take_until(line, ' ');
  Mount mount;
  mount.device = fields[2];
  mount.root = unescape(fields[3]);
  mount.point = unescape(fields[4]);
  if (mount.device.empty() || mount.root.empty() || mount.point.empty())
    return std::nullopt;
  while (!line.empty() && take_until(line, ' ') != "-") {
  }
  mount.kind = take_until(line, ' ');
  take_until(line, ' ');
  read_layers(line, mount);
  return mount;
}

}  // namespace

std::optional<std::vector<Mount>> parse_mounts(std::string_view table) {
  std::vector<Mount> mounts;
  while (!table.empty()) {
    auto mount = parse_mount(take_until(table, '\n'));
    if (!mount) return std::nullopt;
    mounts.push_back(std::move(*mount));
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
  const std::string rest(path_below(path, mount.point).value_or(path));
  if (rest.empty()) return mount.root;
  return (mount.root == "/" ? "" : mount.root) + "/" + rest;
}

}  // namespace dregs
