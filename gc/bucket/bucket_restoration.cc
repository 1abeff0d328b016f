#include "gc/bucket/bucket_restoration.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "gc/bucket/bucket_remover.h"
#include "gc/bucket/versions_of.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

constexpr auto kNewer = "something newer is there";

struct Return {
  enum class State {
    back,
    in_place,  // it never went, or is back already
    newer,     // it is not needed any more
    failed,
  };
  State state = State::back;
  std::string error;
};

// One of both.
struct Thing {
  const CopiedObject* copied = nullptr;
  const RemovedVersion* version = nullptr;
  const std::string& path() const {
    return copied != nullptr ? copied->path : version->path;
  }
};

Return not_back(std::string why) {
  return {Return::State::failed, std::move(why)};
}

bool is_the_same(const StoredObject& a, const StoredObject& b) {
  return a.size == b.size && a.etag == b.etag;
}

// The delete markers that hide this version, and nothing else does; none where
// a version lies between.
std::vector<ObjectName> markers_above(
    const std::vector<ObjectVersion>& versions, const std::string& id) {
  std::vector<ObjectName> markers;
  for (const ObjectVersion& version : versions) {
    if (version.version_id == id) return markers;
    if (!version.is_delete_marker) break;
    markers.push_back({version.object.key, version.version_id});
  }
  return {};
}

class Restoration {
 public:
  explicit Restoration(const BucketRoot& root) : root_(root) {}

  // Whether the next stage may begin.
  bool put_back(std::vector<Thing> things) {
    std::sort(things.begin(), things.end(), [](const Thing& a, const Thing& b) {
      return a.path() < b.path();
    });
    std::vector<Return> returns(things.size());
    at_once(root_.connections, things.size(), [&](std::size_t i) {
      try {
        returns[i] = put_back(things[i]);
      } catch (const StorageError& error) {
        returns[i] = not_back(error.what());
      }
    });
    remove_copies(things, returns);
    for (std::size_t i = 0; i < things.size(); ++i)
      note(things[i].path(), std::move(returns[i]));
    return result_.error.empty();
  }

  Restored result() {
    std::sort(result_.left.begin(), result_.left.end(),
              [](const LeftInTrash& a, const LeftInTrash& b) {
                return a.path < b.path;
              });
    return std::move(result_);
  }

 private:
  Return put_back(const Thing& thing) {
    return thing.copied != nullptr ? copy_back(*thing.copied)
                                   : uncover(*thing.version);
  }

  Return copy_back(const CopiedObject& copied) {
    const std::string key = root_.key(copied.path);
    const auto there = find_object(root_.store, key);
    if (there && !is_the_same(*there, copied.copy))
      return {Return::State::newer, kNewer};
    if (!there) {
      root_.store.copy(copied.copy, key);
      const auto back = find_object(root_.store, key);
      if (!back || back->size != copied.copy.size)
        return not_back("what was copied back is not there");
    }
    return {};
  }

  // What is back needs its copy no more. A request removes many of them.
  void remove_copies(const std::vector<Thing>& things,
                     std::vector<Return>& returns) const {
    std::vector<std::string> keys;
    std::vector<std::size_t> owners;  // parallel to the keys
    for (std::size_t i = 0; i < things.size(); ++i) {
      if (things[i].copied == nullptr || !returns[i].error.empty()) continue;
      keys.push_back(things[i].copied->copy.key);
      owners.push_back(i);
    }
    if (keys.empty()) return;
    for (const NotRemoved& left : remove_own(root_, keys)) {
      const auto at = std::ranges::find(keys, left.name.key);
      if (at != keys.end())
        returns[owners[static_cast<std::size_t>(at - keys.begin())]] =
            not_back(left.message);
    }
  }

  Return uncover(const RemovedVersion& removed) {
    const auto versions = versions_of(root_.store, root_.key(removed.path));
    if (versions.empty())
      return not_back("the version that was removed is gone");
    if (versions.front().version_id == removed.version_id)
      return {Return::State::in_place, {}};
    if (!versions.front().is_delete_marker)
      return {Return::State::newer, kNewer};
    const auto markers = markers_above(versions, removed.version_id);
    if (markers.empty())
      return not_back("another version was removed since, or this one is gone");
    const auto left = remove_versions(root_, markers);
    return left.empty() ? Return() : not_back(left.front().message);
  }

  void note(const std::string& path, Return came) {
    if (came.state == Return::State::back) ++result_.files;
    if (came.error.empty()) return;
    if (came.state == Return::State::failed && result_.error.empty())
      result_.error = came.error;
    result_.left.push_back({path, std::move(came.error)});
  }

  const BucketRoot& root_;
  Restored result_;
};

}  // namespace

Restored restore_in_bucket(const BucketRoot& root,
                           const TrashContent& content) {
  std::array<std::vector<Thing>, kRestoreStages> stages;
  for (const CopiedObject& copied : content.copies)
    stages[restore_stage(copied.path)].push_back({&copied, nullptr});
  for (const RemovedVersion& version : content.versions)
    stages[restore_stage(version.path)].push_back({nullptr, &version});
  Restoration restoration(root);
  for (std::vector<Thing>& things : stages)
    if (!restoration.put_back(std::move(things))) break;
  return restoration.result();
}

}  // namespace dregs
