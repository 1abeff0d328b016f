#include "scanner/ways/protected_places.h"

#include <algorithm>
#include <bitset>
#include <optional>

#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/path_below.h"

namespace dregs {
namespace {

std::string_view component(std::string_view path, std::size_t nth) {
  for (; nth > 0 && !path.empty(); --nth)
    path.remove_prefix(std::min(path.find('/'), path.size() - 1) + 1);
  return path.substr(0, path.find('/'));
}

// The repository in whose own structure the path lies, which is relative to
// repositories/; nullopt where it lies in none.
std::optional<std::string_view> owner_of(std::string_view path) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    if (layout::is_part(path.substr(at, slash - at)))
      return path.substr(0, at == 0 ? 0 : at - 1);
    at = slash + 1;
  }
  return std::nullopt;
}

constexpr std::size_t kBlobDepth = 3;  // blobs/sha256/<xx>/<hex>

}  // namespace

bool ProtectedPlaces::holds_whole_repositories(std::string_view place) {
  const auto path = path_below(place, layout::kRepositories);
  return place.empty() || (path && !owner_of(*path));
}

bool ProtectedPlaces::is_part_of_repository(std::string_view place) {
  const auto path = path_below(place, layout::kRepositories);
  const auto owner = path ? owner_of(*path) : std::nullopt;
  if (!owner) return false;
  const auto part = path_below(*path, *owner);
  return part && component(*part, 0) != layout::kUploads;
}

void ProtectedPlaces::keep_passage(const std::string& place,
                                   const Finding& from) {
  if (!passed_.insert(place).second) return;
  const auto path = path_below(place, layout::kRepositories);
  if (path && owner_of(*path))
    pin_at(*path, from);
  else if (path)
    keep_namespaces(*path, false);
  else if (component(place, kBlobDepth).empty())
    keep_prefix(place);
  else
    keep_blobs_at(place);
}

void ProtectedPlaces::keep_all_at(const std::string& place,
                                  const Finding& from) {
  if (!kept_.insert(place).second) return;
  keep_repositories_at(place, from);
  keep_blobs_at(place);
}

void ProtectedPlaces::keep_repositories_at(const std::string& place,
                                           const Finding& from) {
  if (is_at_or_below(layout::kRepositories, place)) {
    pin_all_below("", from);
    keep_namespaces("", true);
  } else if (const auto path = path_below(place, layout::kRepositories)) {
    pin_at(*path, from);
  }
}

void ProtectedPlaces::finish() {
  append(inventory_.findings, std::move(findings_));
  std::erase_if(inventory_.temporary_files, [this](const TemporaryFile& file) {
    return is_kept(file.path);
  });
}

void ProtectedPlaces::pin_at(std::string_view path, const Finding& from) {
  const auto owner = owner_of(path);
  if (!owner) {
    pin_all_below(path, from);
    return keep_namespaces(path, true);
  }
  const auto at = first_from(*owner);
  if (at != inventory_.repositories.end() && at->name == *owner)
    pin(*at, std::string(path_below(path, *owner).value_or("")), from);
}

void ProtectedPlaces::pin_all_below(std::string_view folder,
                                    const Finding& from) {
  auto at = first_from(folder);
  for (; at != inventory_.repositories.end(); ++at)
    if (is_at_or_below(at->name, folder))
      pin(*at, "", from);
    else if (!at->name.starts_with(folder))
      return;
}

std::vector<Repository>::iterator ProtectedPlaces::first_from(
    std::string_view name) {
  return std::lower_bound(
      inventory_.repositories.begin(), inventory_.repositories.end(), name,
      [](const Repository& a, std::string_view b) { return a.name < b; });
}

void ProtectedPlaces::pin(Repository& repository, const std::string& where,
                          const Finding& from) {
  // The loop is where the link is.
  const FindingKind kind = from.kind == FindingKind::symbolic_link_loop
                               ? FindingKind::symbolic_link
                               : from.kind;
  const PinReason reason{kind, where};
  const auto at =
      std::lower_bound(repository.pins.begin(), repository.pins.end(), reason);
  if (at != repository.pins.end() && *at == reason) return;
  repository.pins.insert(at, reason);
  Finding finding;
  finding.kind = kind;
  finding.path =
      layout::repository(repository.name) + (where.empty() ? "" : "/" + where);
  finding.repository = repository.name;
  finding.detail = from.path == finding.path
                       ? from.detail
                       : from.path + " leads here; nothing here is removed";
  findings_.push_back(std::move(finding));
}

void ProtectedPlaces::keep_namespaces(std::string_view folder, bool below) {
  auto& all = inventory_.namespaces;
  auto at = std::lower_bound(
      all.begin(), all.end(), folder,
      [](const NamespaceFolder& a, std::string_view b) { return a.path < b; });
  for (; at != all.end() && at->path.starts_with(folder); ++at)
    if (at->path == folder || (below && is_at_or_below(at->path, folder)))
      at->removable = false;
    else if (!below)
      return;
}

void ProtectedPlaces::keep_prefix(std::string_view path) {
  for (PrefixFolder& prefix : inventory_.prefixes)
    if (layout::blob_prefix(prefix.name) == path) prefix.removable = false;
}

void ProtectedPlaces::keep_blob(const Digest& digest) {
  if (const auto id = inventory_.blobs.find(digest)) inventory_.blobs.keep(*id);
  auto& empty = inventory_.empty_blob_folders;
  const auto at = std::lower_bound(empty.begin(), empty.end(), digest);
  if (at != empty.end() && *at == digest) empty.erase(at);
}

// One blob, or all below a folder of which there are not many.
void ProtectedPlaces::keep_blobs_at(std::string_view path) {
  const auto digest = Digest::from_hex(component(path, kBlobDepth));
  if (digest && is_at_or_below(path, layout::blob(*digest)))
    return keep_blob(*digest);
  std::bitset<256> kept;  // prefix folders, by their digests' first byte
  for (PrefixFolder& prefix : inventory_.prefixes)
    if (is_at_or_below(layout::blob_prefix(prefix.name), path)) {
      prefix.removable = false;
      kept.set(std::stoul(prefix.name, nullptr, 16));
    }
  if (kept.none()) return;
  for (BlobId id = 0; id < inventory_.blobs.size(); ++id)
    if (kept[inventory_.blobs[id].digest.bytes[0]]) inventory_.blobs.keep(id);
  std::erase_if(inventory_.empty_blob_folders,
                [&](const Digest& folder) { return kept[folder.bytes[0]]; });
}

bool ProtectedPlaces::is_kept(std::string_view path) const {
  for (;; path = layout::parent(path)) {
    if (kept_.contains(path)) return true;
    if (path.empty()) return false;
  }
}

}  // namespace dregs
