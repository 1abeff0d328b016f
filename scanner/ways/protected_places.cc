#include "scanner/ways/protected_places.h"

#include <algorithm>
#include <optional>

#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/path_below.h"
#include "scanner/ways/keep_places.h"
#include "scanner/ways/place_kind.h"

namespace dregs {
namespace {

std::vector<Repository>::iterator first_from(std::vector<Repository>& all,
                                             std::string_view name) {
  return std::lower_bound(
      all.begin(), all.end(), name,
      [](const Repository& a, std::string_view b) { return a.name < b; });
}

// What the pin says for people; nothing where the repository has it already.
std::optional<Finding> add_pin(Repository& repository, const std::string& where,
                               const Finding& from) {
  // The loop is where the link is.
  const FindingKind kind = from.kind == FindingKind::symbolic_link_loop
                               ? FindingKind::symbolic_link
                               : from.kind;
  const PinReason reason{kind, where};
  const auto at =
      std::lower_bound(repository.pins.begin(), repository.pins.end(), reason);
  if (at != repository.pins.end() && *at == reason) return std::nullopt;
  repository.pins.insert(at, reason);
  Finding finding;
  finding.kind = kind;
  finding.pins = true;
  finding.path =
      layout::repository(repository.name) + (where.empty() ? "" : "/" + where);
  finding.repository = repository.name;
  finding.detail = from.path == finding.path
                       ? from.detail
                       : from.path + " leads here; nothing here is removed";
  return finding;
}

}  // namespace

void ProtectedPlaces::keep_passage(const std::string& place,
                                   const Finding& from) {
  if (!passed_.insert(place).second) return;
  const auto path = path_below(place, layout::kRepositories);
  if (path && owner_of(*path))
    pin_at(*path, from);
  else if (path)
    keep_namespaces(inventory_, *path, false);
  else if (component(place, kBlobDepth).empty())
    keep_prefix(inventory_, place);
  else
    keep_blobs_at(inventory_, place);
}

void ProtectedPlaces::keep_all_at(const std::string& place,
                                  const Finding& from) {
  if (!kept_.insert(place).second) return;
  keep_repositories_at(place, from);
  keep_blobs_at(inventory_, place);
}

void ProtectedPlaces::keep_repositories_at(const std::string& place,
                                           const Finding& from) {
  if (is_at_or_below(layout::kRepositories, place)) {
    pin_all_below("", from);
    keep_namespaces(inventory_, "", true);
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
    return keep_namespaces(inventory_, path, true);
  }
  const auto at = first_from(inventory_.repositories, *owner);
  if (at != inventory_.repositories.end() && at->name == *owner)
    pin(*at, path_below(path, *owner).value_or(""), from);
}

void ProtectedPlaces::pin_all_below(std::string_view folder,
                                    const Finding& from) {
  auto at = first_from(inventory_.repositories, folder);
  for (; at != inventory_.repositories.end(); ++at)
    if (is_at_or_below(at->name, folder))
      pin(*at, "", from);
    else if (!at->name.starts_with(folder))
      return;
}

void ProtectedPlaces::pin(Repository& repository, std::string_view where,
                          const Finding& from) {
  if (auto finding = add_pin(repository, std::string(where), from))
    findings_.push_back(*std::move(finding));
}

bool ProtectedPlaces::is_kept(std::string_view path) const {
  for (;; path = layout::parent(path)) {
    if (kept_.contains(path)) return true;
    if (path.empty()) return false;
  }
}

}  // namespace dregs
