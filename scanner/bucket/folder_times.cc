#include "scanner/bucket/folder_times.h"

#include <string_view>

#include "scanner/bucket/list_tree.h"

namespace dregs {
namespace {

constexpr std::string_view kManifests = "/_manifests/";

}  // namespace

KeyTimes list_times(const BucketRoot& root, const std::string& prefix) {
  KeyTimes times;
  for (const StoredObject& object : list_all(root.store, prefix))
    times.emplace(object.key.substr(root.v2.size()), object.modified_ns);
  return times;
}

struct FolderTimes::Folder {
  std::once_flag listed;
  KeyTimes times;
};

FolderTimes::FolderTimes(const BucketRoot& root) : root_(root) {}

FolderTimes::~FolderTimes() = default;

const KeyTimes* FolderTimes::around(const std::string& path) const {
  const std::size_t at = path.find(kManifests);
  if (at == std::string::npos) return nullptr;
  const std::string folder = path.substr(0, at + kManifests.size());
  Folder* found = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    std::unique_ptr<Folder>& place = folders_[folder];
    if (!place) place = std::make_unique<Folder>();
    found = place.get();
  }
  std::call_once(found->listed,
                 [&] { found->times = list_times(root_, root_.key(folder)); });
  return &found->times;
}

}  // namespace dregs
