#include "gc/purge/purge_versions.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gc/bucket/bucket_remover.h"
#include "gc/bucket/own_keys.h"
#include "gc/bucket/trash_content.h"
#include "gc/bucket/versions_of.h"
#include "gc/purge/garbage_versions.h"
#include "scanner/formats/append.h"
#include "scanner/formats/text.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

VersionNames versions_in_trash(const BucketRoot& root) {
  VersionNames all;
  for (const std::string& run : runs_in_trash(root))
    for (RemovedVersion& each : trash_content(root, run).versions)
      all.emplace(std::move(each.path), std::move(each.version_id));
  return all;
}

// What is listed by one connection.
std::vector<std::string> prefixes_of(const BucketRoot& root) {
  std::vector<std::string> prefixes{root.key("repositories/")};
  for (const char digit : std::string_view("0123456789abcdef"))
    prefixes.push_back(root.key("blobs/sha256/") + digit);
  return prefixes;
}

// A key's versions may lie on two pages.
class KeyByKey {
 public:
  KeyByKey(const BucketRoot& root, const GarbageVersions& judge)
      : root_(root), judge_(judge) {}

  void add(ObjectVersion version) {
    if (!key_.empty() && key_.front().object.key != version.object.key)
      conclude();
    key_.push_back(std::move(version));
  }

  void conclude() {
    if (key_.empty()) return;
    GarbageOfKey garbage =
        judge_.of(path_of_key(root_, key_.front().object.key), key_);
    append(found_.versions, std::move(garbage.versions));
    append(found_.markers, std::move(garbage.markers));
    key_.clear();
  }

  GarbageOfKey found() { return std::move(found_); }

 private:
  const BucketRoot& root_;
  const GarbageVersions& judge_;
  std::vector<ObjectVersion> key_;
  GarbageOfKey found_;
};

GarbageOfKey garbage_below(const BucketRoot& root, const std::string& prefix,
                           const GarbageVersions& judge,
                           const StopRequest& stop) {
  KeyByKey keys(root, judge);
  std::optional<VersionPosition> from;
  do {
    if (stop.requested()) return {};
    VersionPage page = root.store.list_versions(prefix, from);
    for (ObjectVersion& version : page.versions) keys.add(std::move(version));
    from = std::move(page.next);
  } while (from);
  keys.conclude();
  return keys.found();
}

GarbageOfKey find_garbage(const BucketRoot& root, const GarbageVersions& judge,
                          const StopRequest& stop) {
  const std::vector<std::string> prefixes = prefixes_of(root);
  std::vector<GarbageOfKey> found(prefixes.size());
  at_once(root.connections, prefixes.size(), [&](std::size_t i) {
    found[i] = garbage_below(root, prefixes[i], judge, stop);
  });
  GarbageOfKey all;
  for (GarbageOfKey& each : found) {
    append(all.versions, std::move(each.versions));
    append(all.markers, std::move(each.markers));
  }
  return all;
}

std::vector<ObjectName> names_of(const std::vector<ObjectVersion>& versions) {
  std::vector<ObjectName> names;
  names.reserve(versions.size());
  for (const ObjectVersion& version : versions)
    names.push_back({version.object.key, version.version_id});
  return names;
}

// One finding of each kind of error.
std::vector<Finding> findings_of(const BucketRoot& root,
                                 const std::vector<NotRemoved>& left) {
  std::map<std::string, std::vector<const NotRemoved*>> by_code;
  for (const NotRemoved& each : left) by_code[each.code].push_back(&each);
  std::vector<Finding> findings;
  for (const auto& [code, all] : by_code) {
    Finding finding;
    finding.kind = FindingKind::removal_failed;
    finding.path = path_of_key(root, all.front()->name.key);
    finding.detail = fmt::format(
        "{} {}: {}; where Object Lock or a legal hold keeps versions, they go "
        "when it ends",
        counted(all.size(), "version stays", "versions stay"), code,
        all.front()->message);
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Without its marker a version would be served again.
void remove(const BucketRoot& root, const GarbageOfKey& garbage,
            Purged& purged) {
  std::vector<NotRemoved> left =
      remove_versions(root, names_of(garbage.versions));
  std::set<std::pair<std::string, std::string>> names;
  std::set<std::string> keys;
  for (const NotRemoved& each : left) {
    names.emplace(each.name.key, each.name.version_id);
    keys.insert(each.name.key);
  }
  for (const ObjectVersion& version : garbage.versions) {
    if (!names.contains({version.object.key, version.version_id})) continue;
    ++purged.held;
    purged.held_bytes += version.object.size;
  }
  std::vector<ObjectName> markers = garbage.markers;
  std::erase_if(
      markers, [&](const ObjectName& name) { return keys.contains(name.key); });
  append(left, remove_versions(root, markers));
  purged.findings = findings_of(root, left);
  purged.complete = left.empty();
}

}  // namespace

Purged purge_versions(const BucketRoot& root, const Survey& survey,
                      const Plan& plan, const PurgeScope& scope,
                      const StopRequest& stop) {
  Purged purged;
  purged.dry_run = scope.dry_run;
  if (versioning_of(root.store) == Versioning::never) return purged;
  const GarbageVersions judge(survey, plan, scope, versions_in_trash(root));
  const GarbageOfKey garbage = find_garbage(root, judge, stop);
  if (stop.requested()) {
    purged.complete = false;
    return purged;
  }
  if (!scope.dry_run) remove(root, garbage, purged);
  for (const ObjectVersion& version : garbage.versions) {
    ++purged.versions;
    purged.bytes += version.object.size;
  }
  purged.versions -= purged.held;
  purged.bytes -= purged.held_bytes;
  return purged;
}

}  // namespace dregs
