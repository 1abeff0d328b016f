#include "tests/tree_damage.h"

#include <fmt/format.h>
#include <sys/mount.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <system_error>

#include "tests/place_damage.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// --- Where.

// What two places of the same sort have in common: the layout's own words, and
// letters for what has a name of its own.
std::string sort_of(const fs::path& below_root) {
  static const std::set<std::string> kWords{
      "docker",  "registry",   "v2",   "blobs",   "repositories",
      "_layers", "_manifests", "tags", "_uploads"};
  std::string sort;
  bool in_repositories = false;
  std::string previous;
  for (const fs::path& part : below_root) {
    const std::string name = part.string();
    if (name.size() >= 64) {
      sort += "/H";
    } else if (in_repositories && !name.starts_with('_')) {
      if (previous != "R") sort += "/R";
      previous = "R";
      continue;
    } else if (name.size() == 2 && !kWords.contains(name)) {
      sort += "/P";
    } else if (previous == "tags" || previous == "_uploads") {
      sort += "/N";
    } else {
      sort += "/" + name;
    }
    in_repositories =
        name == "repositories" || (in_repositories && !name.starts_with('_'));
    previous = name;
  }
  return sort;
}

const PlaceDamage& kind_of(const TreeDamage& damage) {
  return place_damages()[damage.kind % place_damages().size()];
}

using Sorts = std::map<std::string, std::vector<fs::path>>;

void list_into(Sorts& sorts, const fs::path& folder) {
  const auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(folder, options)) {
    sorts[sort_of(entry.path().lexically_relative(folder))].push_back(
        entry.path());
  }
}

std::string unescaped(const std::string& field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 3 < field.size()) {
      text += static_cast<char>(std::stoi(field.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      text += field[i];
    }
  }
  return text;
}

// Later mounts first.
std::vector<std::string> mounts_below(const fs::path& folder) {
  std::vector<std::string> mounts;
  std::ifstream table("/proc/self/mountinfo");
  for (std::string line; std::getline(table, line);) {
    std::size_t start = 0;
    for (int field = 0; field < 4; ++field) start = line.find(' ', start) + 1;
    const std::string at =
        unescaped(line.substr(start, line.find(' ', start) - start));
    if (at.starts_with(folder.string() + "/")) mounts.push_back(at);
  }
  std::reverse(mounts.begin(), mounts.end());
  return mounts;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const TreeDamage& damage) {
  return out << kind_of(damage).name << '(' << damage.where << ", "
             << damage.like << ", " << damage.how << ')';
}

rc::Gen<TreeDamages> tree_damages() {
  const auto number = rc::gen::inRange(0U, 1U << 16U);
  const auto kind =
      rc::gen::inRange(0U, static_cast<unsigned>(place_damages().size()));
  const auto damage = rc::gen::resize(
      rc::kNominalSize,
      rc::gen::construct<TreeDamage>(kind, number, number, number));
  return rc::gen::resize(5, rc::gen::container<TreeDamages>(damage));
}

DamagedTree::DamagedTree(fs::path root, fs::path outside, bool may_mount)
    : root_(std::move(root)),
      outside_(std::move(outside)),
      may_mount_(may_mount) {
  fs::create_directories(outside_);
}

DamagedTree::~DamagedTree() {
  for (const fs::path& folder : {root_, outside_})
    for (const std::string& at : mounts_below(folder))
      umount2(at.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
}

std::string DamagedTree::take(const TreeDamage& damage) {
  const PlaceDamage& kind = kind_of(damage);
  Sorts sorts;
  list_into(sorts, root_);
  list_into(sorts, outside_);
  if (sorts.empty()) return "nothing is left";
  std::vector<fs::path>& group =
      std::next(sorts.begin(), damage.where % sorts.size())->second;
  std::sort(group.begin(), group.end());
  const DamagedPlace place{
      .at = group[damage.where / 64 % group.size()],
      .like = group[damage.like % group.size()],
      .outside = outside_,
      .how = damage.how,
      .may_mount = may_mount_,
  };
  std::string done = fmt::format("{} ({}): {} like {}", kind.name, damage.how,
                                 place.at.string(), place.like.string());
  try {
    kind.take(place);
  } catch (const std::system_error& error) {
    done += fmt::format("; half done: {}", error.what());
  }
  return done;
}

}  // namespace dregs
