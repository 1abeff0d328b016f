#include "gc/bucket/bucket_aside.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "gc/bucket/own_keys.h"
#include "gc/bucket/removed_versions.h"
#include "gc/bucket/versions_of.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

std::vector<NotRemoved> all_of(std::span<const ObjectName> names,
                               const StorageError& error) {
  std::vector<NotRemoved> all;
  all.reserve(names.size());
  for (const ObjectName& name : names)
    all.push_back({name, error.code(), error.what()});
  return all;
}

// The version that a delete marker will hide; none where there is none to hide.
std::optional<RemovedVersion> version_to_hide(const BucketRoot& root,
                                              const std::string& key) {
  const std::vector<ObjectVersion> versions = versions_of(root.store, key);
  if (versions.empty() || versions.front().is_delete_marker)
    return std::nullopt;
  return RemovedVersion{path_of_key(root, key), versions.front().version_id,
                        versions.front().object.size};
}

}  // namespace

VersionedAside::VersionedAside(const BucketRoot& root, const std::string& run)
    : root_(root), folder_(trash_prefix(root) + run + "/") {}

// All of the names, or none: a list that lacks one would lose it.
std::vector<NotRemoved> VersionedAside::keep(
    std::span<const ObjectName> names) try {
  write_down(names);
  return {};
} catch (const StorageError& error) {
  return all_of(names, error);
}

void VersionedAside::write_down(std::span<const ObjectName> names) {
  // Somebody may have switched it since the run began, and a removal would be
  // for good then.
  if (root_.store.versioning() != Versioning::enabled)
    throw StorageError("Versioning", 0, "the bucket keeps versions no more");
  std::vector<std::optional<RemovedVersion>> found(names.size());
  at_once(root_.connections, names.size(), [&](std::size_t i) {
    found[i] = version_to_hide(root_, names[i].key);
  });
  std::vector<RemovedVersion> removed;
  for (std::optional<RemovedVersion>& each : found)
    if (each) removed.push_back(std::move(*each));
  if (removed.empty()) return;
  const auto text = text_of(removed);
  if (!text)
    throw StorageError("Name", 0, "the list of the trash cannot hold a name");
  const std::string key = fmt::format("{}removed/{:08}", folder_, ++lists_);
  if (!root_.store.put_over(key, *text, {}))
    throw StorageError("List", 0, key + ": is there already");
}

CopiedAside::CopiedAside(const BucketRoot& root, const std::string& run)
    : root_(root), folder_(trash_prefix(root) + run + "/") {}

std::vector<NotRemoved> CopiedAside::keep(std::span<const ObjectName> names) {
  std::vector<std::optional<NotRemoved>> failed(names.size());
  at_once(root_.connections, names.size(), [&](std::size_t i) {
    const std::string& key = names[i].key;
    try {
      const auto object = find_object(root_.store, key);
      if (object) root_.store.copy(*object, folder_ + path_of_key(root_, key));
    } catch (const StorageError& error) {
      failed[i] = NotRemoved{names[i], error.code(), error.what()};
    }
  });
  std::vector<NotRemoved> all;
  for (std::optional<NotRemoved>& each : failed)
    if (each) all.push_back(std::move(*each));
  return all;
}

// Where versions are suspended, the next removal may be for good.
std::unique_ptr<BucketAside> make_aside(const BucketRoot& root,
                                        const std::string& run) {
  if (versioning_of(root.store) == Versioning::enabled)
    return std::make_unique<VersionedAside>(root, run);
  return std::make_unique<CopiedAside>(root, run);
}

}  // namespace dregs
