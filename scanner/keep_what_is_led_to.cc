#include "scanner/keep_what_is_led_to.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <set>

#include "scanner/append.h"
#include "scanner/descriptor.h"
#include "scanner/layout.h"
#include "scanner/mount_table.h"

namespace dregs {
namespace {

// Where `path` below v2 leads; an errno value where that cannot be said.
struct RealPath {
  std::string path;
  int error = 0;
};

RealPath real_path(int v2, const std::string& path) {
  const Descriptor place(
      ::openat(v2, path.empty() ? "." : path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) return {{}, errno};
  const std::string link = "/proc/self/fd/" + std::to_string(place.get());
  char target[PATH_MAX];
  const ssize_t size = ::readlink(link.c_str(), target, sizeof target);
  if (size < 0) return {{}, errno};
  if (size == sizeof target) return {{}, ENAMETOOLONG};
  return {{target, static_cast<std::size_t>(size)}, 0};
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A place by its filesystem's own account, however one comes to it.
struct Location {
  std::string device;
  std::string path;
};

class Locator {
 public:
  explicit Locator(int v2)
      : v2_(v2),
        mounts_(parse_mounts(text_of("/proc/self/mountinfo"))),
        own_(locate(real_path(v2, "").path)) {}

  // Sets `inside` to the path relative to v2 of what `path` leads to, if that
  // lies in v2; "" is all of it. 0 or an errno value.
  int find(const std::string& path, std::optional<std::string>& inside) const {
    const RealPath real = real_path(v2_, path);
    if (real.error != 0) return leads_nowhere(real.error) ? 0 : real.error;
    for (const Location& there : locate(real.path))
      for (const Location& own : own_)
        if (there.device == own.device && !inside)
          inside = relative(there.path, own.path);
    return 0;
  }

 private:
  static bool leads_nowhere(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
  }

  static std::optional<std::string> relative(const std::string& path,
                                             const std::string& v2) {
    if (is_at_or_below(v2, path)) return "";
    if (is_at_or_below(path, v2)) return path.substr(v2.size() + 1);
    return std::nullopt;
  }

  // Below a changed root the table may not tell of the mount that it lies on.
  std::vector<Location> locate(const std::string& path) const {
    std::vector<Location> locations;
    if (mounts_)
      for (const Mount* mount : mounts_of(*mounts_, path))
        locations.push_back({mount->device, path_in_filesystem(*mount, path)});
    if (locations.empty()) locations.push_back({"", path});
    return locations;
  }

  int v2_;
  std::optional<std::vector<Mount>> mounts_;
  std::vector<Location> own_;
};

// The repository in whose own structure the path lies, which is relative to
// repositories/; nullopt where it lies in none.
std::optional<std::string_view> owner_of(std::string_view path) {
  for (std::size_t at = 0; at < path.size(); at = path.find('/', at) + 1) {
    const std::string_view part = path.substr(at, path.find('/', at) - at);
    if (layout::is_part(part)) return path.substr(0, at == 0 ? 0 : at - 1);
    if (path.find('/', at) == std::string_view::npos) break;
  }
  return std::nullopt;
}

// "" is all of v2.
bool lies_in(std::string_view path, std::string_view folder) {
  return folder.empty() || is_at_or_below(path, folder);
}

std::optional<std::string_view> below(std::string_view path,
                                      std::string_view folder) {
  if (!is_at_or_below(path, folder)) return std::nullopt;
  path.remove_prefix(std::min(path.size(), folder.size() + 1));
  return path;
}

class Keeper {
 public:
  Keeper(int v2, Inventory& inventory) : locator_(v2), inventory_(inventory) {}

  void run() {
    std::vector<Finding> found = std::move(inventory_.findings);
    inventory_.findings.clear();
    for (const Finding& finding : found)
      if (leads_on(finding) && !reaches_a_whole_repository(finding))
        follow(finding);
    append(inventory_.findings, std::move(found));
    std::erase_if(
        inventory_.temporary_files,
        [this](const TemporaryFile& file) { return is_led_to(file.path); });
  }

  static bool leads_on(const Finding& finding) {
    return finding.kind == FindingKind::symbolic_link ||
           finding.kind == FindingKind::other_filesystem;
  }

 private:
  static bool reaches_a_whole_repository(const Finding& finding) {
    const auto path = below(finding.path, layout::kRepositories);
    return path && !path->empty() && !owner_of(*path);
  }

  void follow(const Finding& finding) {
    std::optional<std::string> inside;
    if (const int error = locator_.find(finding.path, inside)) {
      Finding obstacle = finding;
      obstacle.detail = std::string("nobody can tell where it leads: ") +
                        std::strerror(error);
      inventory_.obstacles.push_back(std::move(obstacle));
      return;
    }
    if (!inside || *inside == finding.path || !led_to_.insert(*inside).second)
      return;
    if (lies_in(layout::kRepositories, *inside))
      pin_all_below("", finding);
    else if (const auto path = below(*inside, layout::kRepositories))
      pin_at(*path, finding);
    keep_blobs_at(*inside);
  }

  void pin_at(std::string_view path, const Finding& finding) {
    const auto owner = owner_of(path);
    if (!owner) return pin_all_below(std::string(path), finding);
    const auto at = first_from(*owner);
    if (at != inventory_.repositories.end() && at->name == *owner)
      pin(*at, std::string(path.substr(owner->empty() ? 0 : owner->size() + 1)),
          finding);
  }

  void pin_all_below(const std::string& folder, const Finding& finding) {
    auto at = first_from(folder);
    for (; at != inventory_.repositories.end(); ++at)
      if (lies_in(at->name, folder))
        pin(*at, "", finding);
      else if (!at->name.starts_with(folder))
        return;
  }

  std::vector<Repository>::iterator first_from(std::string_view name) {
    return std::lower_bound(
        inventory_.repositories.begin(), inventory_.repositories.end(), name,
        [](const Repository& a, std::string_view b) { return a.name < b; });
  }

  void pin(Repository& repository, const std::string& where,
           const Finding& from) {
    const PinReason reason{from.kind, where};
    const auto at = std::lower_bound(repository.pins.begin(),
                                     repository.pins.end(), reason);
    if (at != repository.pins.end() && *at == reason) return;
    repository.pins.insert(at, reason);
    Finding finding;
    finding.kind = from.kind;
    finding.path = layout::repository(repository.name) +
                   (where.empty() ? "" : "/" + where);
    finding.repository = repository.name;
    finding.detail = from.path + " leads here; nothing here is removed";
    inventory_.findings.push_back(std::move(finding));
  }

  // One blob, or all below a folder of which there are not many.
  void keep_blobs_at(std::string_view path) {
    constexpr std::size_t kBlobDepth = 4;  // blobs/sha256/<xx>/<hex>
    const auto digest = Digest::from_hex(component(path, kBlobDepth - 1));
    if (digest && is_at_or_below(path, layout::blob(*digest))) {
      if (const auto id = inventory_.blobs.find(*digest))
        inventory_.blobs.keep(*id);
      return;
    }
    std::bitset<256> kept;  // prefix folders, by their digests' first byte
    for (PrefixFolder& prefix : inventory_.prefixes)
      if (lies_in(layout::blob_prefix(prefix.name), path)) {
        prefix.removable = false;
        kept.set(std::stoul(prefix.name, nullptr, 16));
      }
    if (kept.none()) return;
    for (BlobId id = 0; id < inventory_.blobs.size(); ++id)
      if (kept[inventory_.blobs[id].digest.bytes[0]]) inventory_.blobs.keep(id);
  }

  static std::string_view component(std::string_view path, std::size_t nth) {
    for (; nth > 0 && !path.empty(); --nth)
      path.remove_prefix(std::min(path.find('/'), path.size() - 1) + 1);
    return path.substr(0, path.find('/'));
  }

  bool is_led_to(std::string_view path) const {
    for (; !path.empty(); path = layout::parent(path))
      if (led_to_.contains(path)) return true;
    return false;
  }

  Locator locator_;
  Inventory& inventory_;
  std::set<std::string, std::less<>> led_to_;
};

}  // namespace

void keep_what_is_led_to(int v2, Inventory& inventory) {
  if (std::any_of(inventory.findings.begin(), inventory.findings.end(),
                  Keeper::leads_on))
    Keeper(v2, inventory).run();
}

}  // namespace dregs
