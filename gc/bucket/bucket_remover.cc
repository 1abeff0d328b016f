#include "gc/bucket/bucket_remover.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gc/bucket/own_keys.h"
#include "gc/bucket/versions_of.h"
#include "scanner/bucket/list_tree.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

using OutcomeState = RemovalOutcome::State;

// index/<alg>/<hex>/link and current/link of a tag, below its folder.
bool is_of_a_tag(std::string_view below) {
  return below == "current/link" ||
         (below.starts_with("index/") && below.ends_with("/link"));
}

// startedat, data and hashstates/<alg>/<offset>, below the upload's folder.
bool is_of_an_upload(std::string_view below) {
  return below == "startedat" || below == "data" ||
         below.starts_with("hashstates/");
}

RemovalOutcome failed(std::string detail) {
  return {OutcomeState::failed, 0, std::move(detail)};
}

RemovalOutcome failed(const NotRemoved& left) {
  return failed(fmt::format("{}: {}", left.code, left.message));
}

constexpr std::size_t kTogether = 1000;

std::span<const ObjectName> part_of(const std::vector<ObjectName>& names,
                                    std::size_t first) {
  return {names.data() + first, std::min(kTogether, names.size() - first)};
}

// A storage names only what it was asked for.
std::size_t position_of(const NotRemoved& left,
                        const std::vector<ObjectName>& names) {
  const auto at = std::ranges::find(names, left.name.key, &ObjectName::key);
  return static_cast<std::size_t>(at - names.begin());
}

// The names that one of dregs's own keys has, or why it stays.
struct OwnNames {
  std::vector<ObjectName> names;
  std::vector<NotRemoved> left;
};

OwnNames names_of_own(const BucketRoot& root, const std::string& key,
                      bool versions) try {
  if (!key.starts_with(own_prefix(root)))
    return {{}, {{{key, {}}, "Name", key + " is not dregs's own"}}};
  if (!versions) return {{{key, {}}}, {}};
  OwnNames own;
  for (const ObjectVersion& version : versions_of(root.store, key))
    own.names.push_back({key, version.version_id});
  return own;
} catch (const StorageError& error) {
  return {{}, {{{key, {}}, error.code(), error.what()}}};
}

std::string folder_of(const BucketRoot& root, const std::string& path) {
  return root.key(path) + "/";
}

}  // namespace

// All of them, or none where one is not the registry's.
BucketRemover::Keys BucketRemover::own_keys_of(
    std::span<const StoredObject> objects, const std::string& folder,
    bool (*is_own)(std::string_view below)) {
  Keys keys;
  for (const StoredObject& object : objects) {
    const std::string_view below =
        std::string_view(object.key).substr(folder.size());
    if (!is_own(below)) return {{}, left(below)};
    keys.keys.push_back(object.key);
  }
  return keys;
}

BucketRemover::BucketRemover(const BucketRoot& root, const BucketScan& scan,
                             const Inventory& inventory,
                             EmptiedRepositories& emptied, BucketAside* aside)
    : root_(root),
      scan_(scan),
      inventory_(inventory),
      emptied_(emptied),
      aside_(aside) {}

std::size_t BucketRemover::together() const { return kTogether; }

RemovalOutcome BucketRemover::remove(const Removal& removal) {
  return remove_together({&removal, 1}).front();
}

std::vector<RemovalOutcome> BucketRemover::remove_together(
    std::span<const Removal> removals) try {
  const UploadsNow uploads(root_, removals);
  std::vector<Keys> found(removals.size());
  at_once(root_.connections, removals.size(), [&](std::size_t i) {
    try {
      found[i] = keys_of(removals[i], uploads);
    } catch (const StorageError& error) {
      found[i] = {{}, failed(error.what())};
    }
  });
  std::vector<RemovalOutcome> outcomes;
  Names all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    outcomes.push_back(std::move(found[i].outcome));
    for (std::string& key : found[i].keys) {
      all.names.push_back({std::move(key), {}});
      all.owners.push_back(i);
    }
  }
  if (aside_ != nullptr) put_aside(all, outcomes);
  remove_keys(all, outcomes);
  note_emptied(removals, outcomes);
  return outcomes;
} catch (const StorageError& error) {
  // Of the uploads that pend; nothing was removed.
  return std::vector<RemovalOutcome>(removals.size(), failed(error.what()));
}

BucketRemover::Keys BucketRemover::keys_of(const Removal& removal,
                                           const UploadsNow& uploads) const {
  const std::string path = path_of(removal, inventory_);
  switch (removal.kind) {
    case RemovalKind::tag:
      return keys_in_tag(path);
    case RemovalKind::upload:
      return keys_in_upload(removal, path, uploads);
    case RemovalKind::blob:
      return {{root_.key(layout::blob_data(removal.digest))}, {}};
    case RemovalKind::temporary:
      return {{root_.key(path)}, {}};
    // A folder is where keys are: it went with them.
    case RemovalKind::folder:
      return {};
    case RemovalKind::revision:
      return keys_of_revision(removal, path);
    case RemovalKind::tag_history:
    case RemovalKind::layer_link:
      return {{root_.key(layout::link_in(path))}, {}};
  }
  return {};
}

BucketRemover::Keys BucketRemover::keys_of_revision(
    const Removal& removal, const std::string& path) const {
  Keys keys{{root_.key(layout::link_in(path))}, {}};
  for (const Digest& signature :
       signatures_of(scan_, inventory_.repositories[removal.repository].name,
                     removal.digest))
    keys.keys.push_back(root_.key(layout::link_in(
        fmt::format("{}/signatures/sha256/{}", path, signature.hex()))));
  return keys;
}

// All links of the tag go, or none: servers list a tag as long as there is any
// key in its folder.
BucketRemover::Keys BucketRemover::keys_in_tag(const std::string& path) const {
  const std::vector<StoredObject> objects =
      list_all(root_.store, folder_of(root_, path));
  Keys keys = own_keys_of(objects, folder_of(root_, path), is_of_a_tag);
  if (objects.empty()) keys.outcome.state = OutcomeState::already_gone;
  return keys;
}

BucketRemover::Keys BucketRemover::keys_in_upload(
    const Removal& removal, const std::string& path,
    const UploadsNow& uploads) const {
  const std::string folder = folder_of(root_, path);
  const std::vector<StoredObject> objects = list_all(root_.store, folder);
  Keys keys = own_keys_of(objects, folder, is_of_an_upload);
  if (keys.outcome.state != OutcomeState::removed) return keys;
  const std::string data = folder + "data";
  const auto pending = parts_at(scan_.pending, data);
  const Upload* scanned = scanned_upload(removal);
  if (scanned == nullptr ||
      !uploads.is_as_scanned(*scanned, objects, pending, data))
    return {{},
            {OutcomeState::changed, 0, "somebody goes on with this upload"}};
  if (aside_ != nullptr && !pending.empty())
    return {{},
            failed("its parts cannot be put aside; without --trash they "
                   "are aborted")};
  for (const PendingParts& parts : pending) root_.store.abort(parts.upload);
  return keys;
}

const Upload* BucketRemover::scanned_upload(const Removal& removal) const {
  const std::vector<Upload>& all =
      inventory_.repositories[removal.repository].uploads;
  const std::string_view id = removal.name.text();
  const auto at = std::ranges::lower_bound(all, id, {}, &Upload::id);
  return at != all.end() && at->id == id ? &*at : nullptr;
}

// Of what cannot be put aside wholly, nothing goes.
void BucketRemover::put_aside(Names& all,
                              std::vector<RemovalOutcome>& outcomes) const {
  for (std::size_t first = 0; first < all.names.size(); first += kTogether) {
    const std::span<const ObjectName> some = part_of(all.names, first);
    for (const NotRemoved& left : aside_->keep(some))
      outcomes[all.owners[position_of(left, all.names)]] = failed(left);
  }
  Names rest;
  for (std::size_t i = 0; i < all.names.size(); ++i) {
    if (outcomes[all.owners[i]].state == OutcomeState::failed) continue;
    rest.names.push_back(std::move(all.names[i]));
    rest.owners.push_back(all.owners[i]);
  }
  all = std::move(rest);
}

void BucketRemover::remove_keys(const Names& all,
                                std::vector<RemovalOutcome>& outcomes) const {
  for (std::size_t first = 0; first < all.names.size(); first += kTogether)
    for (const NotRemoved& left : root_.store.remove(part_of(all.names, first)))
      outcomes[all.owners[position_of(left, all.names)]] = failed(left);
}

void BucketRemover::note_emptied(std::span<const Removal> removals,
                                 const std::vector<RemovalOutcome>& outcomes) {
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < removals.size(); ++i) {
    if (removals[i].kind != RemovalKind::revision ||
        outcomes[i].state != OutcomeState::removed)
      continue;
    const std::uint32_t at = removals[i].repository;
    const Repository& repository = inventory_.repositories[at];
    if (++revisions_gone_[at] == repository.revisions.size())
      emptied_.insert(repository.name);
  }
}

std::vector<NotRemoved> remove_copied(const BucketRoot& root,
                                      const std::string& path) {
  const ObjectName name{root.key(path), {}};
  const bool of_a_blob = path.starts_with("blobs/") && path.ends_with("/data");
  const bool of_a_layer =
      path.find("/_layers/") != std::string::npos && path.ends_with("/link");
  if (!of_a_blob && !of_a_layer)
    return {{name, "Name", path + " is no blob and no layer's link"}};
  return root.store.remove({&name, 1});
}

std::vector<NotRemoved> remove_own(const BucketRoot& root,
                                   std::span<const std::string> keys) try {
  const bool versions = versioning_of(root.store) != Versioning::never;
  std::vector<OwnNames> found(keys.size());
  at_once(root.connections, keys.size(), [&](std::size_t i) {
    found[i] = names_of_own(root, keys[i], versions);
  });
  std::vector<NotRemoved> left;
  std::vector<ObjectName> names;
  for (OwnNames& each : found) {
    append(left, std::move(each.left));
    append(names, std::move(each.names));
  }
  append(left, root.store.remove(names));
  return left;
} catch (const StorageError& error) {
  std::vector<NotRemoved> left;
  for (const std::string& key : keys)
    left.push_back({{key, {}}, error.code(), error.what()});
  return left;
}

std::vector<NotRemoved> remove_versions(const BucketRoot& root,
                                        std::span<const ObjectName> names) {
  std::vector<NotRemoved> left;
  std::vector<ObjectName> named;
  for (const ObjectName& name : names)
    if (name.version_id.empty() || !name.key.starts_with(root.v2))
      left.push_back({name, "Name", name.key + " is no version's name"});
    else
      named.push_back(name);
  append(left, root.store.remove(named));
  return left;
}

}  // namespace dregs
