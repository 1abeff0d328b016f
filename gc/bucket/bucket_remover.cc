#include "gc/bucket/bucket_remover.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "scanner/bucket/list_tree.h"
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

}  // namespace

BucketRemover::BucketRemover(const BucketRoot& root, const BucketScan& scan,
                             const Inventory& inventory)
    : root_(root), scan_(scan), inventory_(inventory) {}

RemovalOutcome BucketRemover::remove(const Removal& removal) {
  return remove_together({&removal, 1}).front();
}

std::vector<RemovalOutcome> BucketRemover::remove_together(
    std::span<const Removal> removals) {
  std::vector<Keys> found(removals.size());
  at_once(root_.connections, removals.size(), [&](std::size_t i) {
    try {
      found[i] = keys_of(removals[i]);
    } catch (const StorageError& error) {
      found[i] = {{}, failed(error.what())};
    }
  });
  std::vector<RemovalOutcome> outcomes;
  std::vector<ObjectName> names;
  std::vector<std::size_t> owners;  // parallel to the names
  for (std::size_t i = 0; i < found.size(); ++i) {
    outcomes.push_back(std::move(found[i].outcome));
    for (std::string& key : found[i].keys) {
      names.push_back({std::move(key), {}});
      owners.push_back(i);
    }
  }
  remove_keys(names, owners, outcomes);
  return outcomes;
}

BucketRemover::Keys BucketRemover::keys_of(const Removal& removal) const {
  const std::string path = path_of(removal, inventory_);
  switch (removal.kind) {
    case RemovalKind::tag:
      return keys_in_tag(path);
    case RemovalKind::upload:
      return keys_in_upload(path);
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
  Keys keys = keys_in(path, is_of_a_tag);
  if (keys.keys.empty() && keys.outcome.state == OutcomeState::removed)
    keys.outcome.state = OutcomeState::already_gone;
  return keys;
}

BucketRemover::Keys BucketRemover::keys_in_upload(
    const std::string& path) const {
  Keys keys = keys_in(path, is_of_an_upload);
  if (keys.outcome.state != OutcomeState::removed) return keys;
  for (const PendingParts& parts :
       parts_at(scan_.pending, root_.key(path + "/data")))
    root_.store.abort(parts.upload);
  return keys;
}

BucketRemover::Keys BucketRemover::keys_in(
    const std::string& path, bool (*is_own)(std::string_view below)) const {
  const std::string folder = root_.key(path) + "/";
  Keys keys;
  for (StoredObject& object : list_all(root_.store, folder)) {
    const std::string_view below =
        std::string_view(object.key).substr(folder.size());
    if (!is_own(below)) return {{}, left(below)};
    keys.keys.push_back(std::move(object.key));
  }
  return keys;
}

void BucketRemover::remove_keys(const std::vector<ObjectName>& names,
                                const std::vector<std::size_t>& owners,
                                std::vector<RemovalOutcome>& outcomes) const {
  for (std::size_t first = 0; first < names.size(); first += kTogether) {
    const std::size_t count = std::min(kTogether, names.size() - first);
    const std::span<const ObjectName> some(names.data() + first, count);
    for (const NotRemoved& left_over : root_.store.remove(some)) {
      const auto at =
          std::ranges::find(some, left_over.name.key, &ObjectName::key);
      if (at == some.end()) continue;
      const auto position = first + static_cast<std::size_t>(at - some.begin());
      outcomes[owners[position]] =
          failed(fmt::format("{}: {}", left_over.code, left_over.message));
    }
  }
}

}  // namespace dregs
