#include "gc/bucket/trash_content.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gc/bucket/own_keys.h"
#include "scanner/bucket/list_tree.h"
#include "scanner/formats/append.h"

namespace dregs {
namespace {

constexpr std::string_view kLists = "removed/";
// A list has 1,000 lines at most, and a key 1,024 bytes.
constexpr std::size_t kLargestList = 4U << 20U;

std::vector<RemovedVersion> read_list(const BucketRoot& root,
                                      const std::string& key) {
  const auto text = root.store.get(key, kLargestList);
  auto removed = text ? parse_removed(*text) : std::nullopt;
  if (!removed)
    throw StorageError("List", 0, key + ": is no list of removed versions");
  return std::move(*removed);
}

}  // namespace

TrashContent trash_content(const BucketRoot& root, const std::string& run) {
  TrashContent content;
  const std::string folder = trash_prefix(root) + run + "/";
  for (StoredObject& object : list_all(root.store, folder)) {
    content.own_keys.push_back(object.key);
    content.changed_ns = std::max(content.changed_ns, object.modified_ns);
    std::string below = object.key.substr(folder.size());
    if (below.starts_with(kLists))
      append(content.versions, read_list(root, object.key));
    else
      content.copies.push_back({std::move(object), std::move(below)});
  }
  return content;
}

std::vector<std::string> runs_in_trash(const BucketRoot& root) {
  const std::string trash = trash_prefix(root);
  std::vector<std::string> runs;
  ListRequest request{trash, "", "", true};
  do {
    const ListPage page = root.store.list(request);
    for (const std::string& folder : page.folders)
      runs.push_back(
          folder.substr(trash.size(), folder.size() - trash.size() - 1));
    request.token = page.next_token;
  } while (!request.token.empty());
  return runs;
}

}  // namespace dregs
