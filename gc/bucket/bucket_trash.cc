#include "gc/bucket/bucket_trash.h"

#include <algorithm>
#include <set>
#include <utility>

#include "gc/bucket/bucket_remover.h"
#include "gc/bucket/bucket_restoration.h"
#include "gc/bucket/own_keys.h"
#include "gc/bucket/versions_of.h"
#include "scanner/bucket/list_tree.h"
#include "scanner/formats/append.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

constexpr auto kNoRun = "there is no such run";

// What frees the bytes of a removed version: the version itself, and then the
// markers where nothing else is left of its key. A marker above another version
// hides that one.
struct Emptying {
  std::vector<ObjectName> version;
  std::vector<ObjectName> markers;
};

// What is served is no garbage, whatever a list says of it.
Emptying what_goes(const BucketRoot& root, const RemovedVersion& removed) {
  Emptying goes;
  bool alone = true;
  for (const ObjectVersion& version :
       versions_of(root.store, root.key(removed.path))) {
    const ObjectName name{version.object.key, version.version_id};
    if (version.is_delete_marker)
      goes.markers.push_back(name);
    else if (version.version_id == removed.version_id && !version.is_latest)
      goes.version.push_back(name);
    else
      alone = false;
  }
  if (!alone || goes.version.empty()) goes.markers.clear();
  return goes;
}

std::string first_error(const std::vector<NotRemoved>& left) {
  return left.empty() ? std::string() : left.front().message;
}

std::string empty_versions(const BucketRoot& root,
                           const std::vector<RemovedVersion>& removed) {
  std::vector<Emptying> goes(removed.size());
  at_once(root.connections, removed.size(),
          [&](std::size_t i) { goes[i] = what_goes(root, removed[i]); });
  std::vector<ObjectName> versions;
  std::vector<ObjectName> markers;
  for (Emptying& each : goes) {
    append(versions, std::move(each.version));
    append(markers, std::move(each.markers));
  }
  // Without its marker a version would be served again.
  const std::string error = first_error(remove_versions(root, versions));
  return error.empty() ? first_error(remove_versions(root, markers)) : error;
}

}  // namespace

std::vector<TrashedRun> quarantined(const BucketRoot& root) {
  const std::string prefix = quarantine_prefix(root);
  std::vector<TrashedRun> runs;
  for (const StoredObject& object : list_all(root.store, prefix)) {
    const std::string below = object.key.substr(prefix.size());
    const std::string run = below.substr(0, below.find('/'));
    if (runs.empty() || runs.back().name != run) {
      runs.emplace_back();
      runs.back().name = run;
    }
    TrashedRun& last = runs.back();
    ++last.files;
    last.bytes += object.size;
    last.changed_ns = std::max(last.changed_ns, object.modified_ns);
  }
  return runs;
}

std::vector<TrashedRun> BucketTrash::list() {
  std::vector<TrashedRun> runs;
  for (const std::string& run : runs_in_trash(root_))
    runs.push_back(look_into(run));
  return runs;
}

TrashedRun BucketTrash::look_into(const std::string& run) const {
  TrashedRun found;
  found.name = run;
  try {
    const TrashContent content = trash_content(root_, run);
    found.changed_ns = content.changed_ns;
    found.files = content.copies.size() + content.versions.size();
    for (const CopiedObject& each : content.copies)
      found.bytes += each.copy.size;
    for (const RemovedVersion& each : content.versions)
      found.bytes += each.bytes;
  } catch (const StorageError& error) {
    found.error = error.what();
  }
  return found;
}

Restored BucketTrash::restore(const std::string& run) {
  const TrashContent content = trash_content(root_, run);
  if (content.own_keys.empty()) return {0, {}, kNoRun};
  Restored restored = restore_in_bucket(root_, content);
  if (restored.complete())
    restored.error = first_error(remove_own(root_, content.own_keys));
  return restored;
}

// What another run put aside again, after this one was restored in part, is
// that run's.
void BucketTrash::leave_to_others(const std::string& run,
                                  std::vector<RemovedVersion>& removed) const {
  if (removed.empty()) return;
  std::set<std::pair<std::string, std::string>> others;
  for (const std::string& other : runs_in_trash(root_)) {
    if (other == run) continue;
    for (const RemovedVersion& each : trash_content(root_, other).versions)
      others.emplace(each.path, each.version_id);
  }
  std::erase_if(removed, [&](const RemovedVersion& each) {
    return others.contains({each.path, each.version_id});
  });
}

std::string BucketTrash::empty(const std::string& run) try {
  TrashContent content = trash_content(root_, run);
  if (content.own_keys.empty()) return kNoRun;
  leave_to_others(run, content.versions);
  const std::string error = empty_versions(root_, content.versions);
  return error.empty() ? first_error(remove_own(root_, content.own_keys))
                       : error;
} catch (const StorageError& error) {
  return error.what();
}

}  // namespace dregs
