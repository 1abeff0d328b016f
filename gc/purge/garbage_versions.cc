#include "gc/purge/garbage_versions.h"

#include <algorithm>
#include <optional>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

// Of "blobs/sha256/ab/abcd…/data"; none of any other path.
std::optional<Digest> blob_at(std::string_view path) {
  constexpr std::string_view kBlobs = "blobs/sha256/";
  if (!path.starts_with(kBlobs) || !path.ends_with("/data"))
    return std::nullopt;
  const auto digest =
      Digest::from_hex(layout::last_component(layout::parent(path)));
  return digest && layout::blob_data(*digest) == path ? digest : std::nullopt;
}

bool is_of_an_upload(std::string_view path) {
  return path.starts_with("repositories/") &&
         path.find("/_uploads/") != std::string_view::npos;
}

// A repository that cannot be understood may need any blob.
bool knows_all_needs(const Survey& survey) {
  return survey.inventory.obstacles.empty() &&
         survey.graph.obstacles().empty() &&
         std::ranges::all_of(survey.diagnosis.pins,
                             [](const std::vector<PinReason>& reasons) {
                               return reasons.empty();
                             });
}

}  // namespace

GarbageVersions::GarbageVersions(const Survey& survey, const Plan& plan,
                                 const PurgeScope& scope, VersionNames trashed)
    : survey_(survey),
      scope_(scope),
      trashed_(std::move(trashed)),
      all_needs_known_(knows_all_needs(survey)) {
  for (const Removal& removal : plan.removals)
    if (removal.kind == RemovalKind::blob)
      removed_blobs_.push_back(removal.digest);
    else if (removal.kind != RemovalKind::folder)
      removed_paths_.insert(path_of(removal, survey.inventory));
  std::ranges::sort(removed_blobs_);
}

GarbageOfKey GarbageVersions::of(
    const std::string& path, std::span<const ObjectVersion> versions) const {
  const bool hidden = versions.front().is_delete_marker;
  const bool removed = is_removed(path);
  if (!hidden && !(removed && scope_.dry_run)) return {};
  if (!removed && !was_hidden_for_good(path, versions)) return {};
  GarbageOfKey garbage;
  for (const ObjectVersion& version : versions) {
    if (trashed_.contains({path, version.version_id})) return {};
    if (version.is_delete_marker)
      garbage.markers.push_back({version.object.key, version.version_id});
    else
      garbage.versions.push_back(version);
  }
  return garbage;
}

// By this run: the path's own, or that of a folder above.
bool GarbageVersions::is_removed(std::string_view path) const {
  if (const auto digest = blob_at(path))
    return std::ranges::binary_search(removed_blobs_, *digest);
  for (; !path.empty(); path = layout::parent(path))
    if (removed_paths_.contains(path)) return true;
  return false;
}

// By an earlier removal. A blob that anything still names would heal, if its
// version came back.
bool GarbageVersions::was_hidden_for_good(
    std::string_view path, std::span<const ObjectVersion> versions) const {
  const auto digest = blob_at(path);
  if (!digest && !is_of_an_upload(path)) return false;
  if (digest && (!all_needs_known_ ||
                 survey_.graph.find(survey_.inventory, *digest) != kNoDigest))
    return false;
  return std::ranges::all_of(versions, [this](const ObjectVersion& version) {
    return version.is_delete_marker ||
           version.object.modified_ns <= scope_.newest_old_ns;
  });
}

}  // namespace dregs
