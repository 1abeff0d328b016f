#include "tests/memory_bucket.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "scanner/formats/md5.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::string hex_md5(const std::string& bytes) {
  std::string hex;
  for (const std::uint8_t byte : md5(bytes).bytes)
    hex += fmt::format("{:02x}", byte);
  return hex;
}

std::int64_t clock_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// "a/b/" of "a/b/c" where "a/" was asked for by folders, or nothing.
std::string folder_of(const ListRequest& request, const std::string& key) {
  const std::size_t slash = key.find('/', request.prefix.size());
  return request.by_folder && slash != std::string::npos
             ? key.substr(0, slash + 1)
             : std::string();
}

class NewMemoryObject final : public NewObject {
 public:
  NewMemoryObject(ObjectStore& store, std::string key)
      : store_(store), key_(std::move(key)) {}
  void add(std::string_view bytes) override { bytes_ += bytes; }
  bool put_over(const std::string& etag) override {
    return store_.put_over(key_, bytes_, etag);
  }

 private:
  ObjectStore& store_;
  std::string key_;
  std::string bytes_;
};

std::int64_t mtime_ns(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw std::system_error(errno, std::generic_category(), path);
  return status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
}

}  // namespace

MemoryBucket::MemoryBucket(std::string prefix)
    : prefix_(prefix.empty() ? "" : std::move(prefix) + "/") {}

void MemoryBucket::fill(const StoreBuilder& store) {
  objects_.clear();
  for (const auto& entry : fs::recursive_directory_iterator(store.root()))
    if (entry.is_regular_file())
      put(prefix_ + fs::relative(entry.path(), store.root()).string(),
          store.read(entry.path()), mtime_ns(entry.path()));
}

std::string MemoryBucket::key(const std::string& path) const {
  return prefix_ + "docker/registry/v2/" + path;
}

void MemoryBucket::put_at(const std::string& path, const std::string& bytes) {
  put(key(path), bytes);
}

void MemoryBucket::remove_at(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  objects_.erase(key(path));
}

void MemoryBucket::begin_upload(const std::string& key, std::uint64_t bytes,
                                std::int64_t initiated_ns) {
  const std::string id = "upload-" + std::to_string(pending_.size());
  pending_[id] = {{key, id, initiated_ns}, bytes};
}

void MemoryBucket::grow_uploads(std::uint64_t bytes) {
  for (auto& [id, upload] : pending_) upload.second += bytes;
}

void MemoryBucket::hide_md5s() {
  for (auto& [key, object] : objects_)
    object.etag = hex_md5("encrypted: " + key);
}

MemoryRequests MemoryBucket::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

std::vector<std::string> MemoryBucket::keys_read() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> sorted = keys_read_;
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

ListPage MemoryBucket::list(const ListRequest& request) {
  ListPage page;
  {
    const std::scoped_lock lock(mutex_);
    ++counts_.lists;
    const std::string after = std::max(request.start_after, request.token);
    std::string newest;  // key or folder
    for (auto at = objects_.lower_bound(std::max(after, request.prefix));
         at != objects_.end() && at->first.starts_with(request.prefix); ++at) {
      const std::string& key = at->first;
      if (!after.empty() && key <= after) continue;
      const std::string folder = folder_of(request, key);
      if (!folder.empty() && (folder == newest || folder == request.token))
        continue;
      if (page.objects.size() + page.folders.size() == page_size) {
        page.next_token = newest;
        break;
      }
      newest = folder.empty() ? key : folder;
      if (folder.empty())
        page.objects.push_back({key, at->second.etag, at->second.bytes.size(),
                                at->second.modified_ns, ""});
      else
        page.folders.push_back(folder);
    }
  }
  if (change_page) change_page(request, page);
  return page;
}

VersionPage MemoryBucket::list_versions(const std::string&,
                                        const std::optional<VersionPosition>&) {
  throw StorageError("NotImplemented", 501, "no versions in memory");
}

std::vector<PendingUpload> MemoryBucket::pending_uploads() {
  const std::scoped_lock lock(mutex_);
  ++counts_.pending_lists;
  std::vector<PendingUpload> all;
  for (const auto& [id, upload] : pending_) all.push_back(upload.first);
  return all;
}

std::uint64_t MemoryBucket::bytes_of(const PendingUpload& upload) {
  const std::scoped_lock lock(mutex_);
  ++counts_.part_lists;
  return pending_.at(upload.upload_id).second;
}

std::int64_t MemoryBucket::now_ns() { return clock_now_ns(); }

std::optional<std::string> MemoryBucket::get(const std::string& key,
                                             std::size_t at_most) {
  const std::scoped_lock lock(mutex_);
  ++counts_.gets;
  keys_read_.push_back(key);
  const auto fault = fail_get.find(key);
  if (fault != fail_get.end()) throw fault->second;
  const auto found = objects_.find(key);
  if (found == objects_.end()) return std::nullopt;
  if (found->second.bytes.size() > at_most)
    throw StorageError("TooLarge", 200, key + " is too large");
  return found->second.bytes;
}

bool MemoryBucket::read(const std::string& key,
                        const std::function<void(std::string_view)>& part) {
  const auto bytes = get(key, ~std::size_t{0});
  if (bytes) part(*bytes);
  return bytes.has_value();
}

std::vector<NotRemoved> MemoryBucket::remove(
    std::span<const ObjectName> names) {
  const std::scoped_lock lock(mutex_);
  ++counts_.removals;
  std::vector<NotRemoved> left;
  for (const ObjectName& name : names)
    if (keep.contains(name.key))
      left.push_back({name, "AccessDenied", "not allowed"});
    else
      objects_.erase(name.key);
  return left;
}

std::set<std::string> MemoryBucket::paths() const {
  const std::scoped_lock lock(mutex_);
  std::set<std::string> all;
  for (const auto& [key, object] : objects_)
    all.insert(key.substr(prefix_.size()));
  return all;
}

void MemoryBucket::abort(const PendingUpload& upload) {
  const std::scoped_lock lock(mutex_);
  pending_.erase(upload.upload_id);
}

void MemoryBucket::copy(const StoredObject& from, const std::string& to) {
  put(to, objects_.at(from.key).bytes);
  if (after_copy) after_copy(to);
}

void MemoryBucket::put(const std::string& key, const std::string& bytes) {
  put(key, bytes, clock_now_ns());
}

bool MemoryBucket::put_over(const std::string& key, const std::string& bytes,
                            const std::string& etag) {
  if (before_put) before_put(key);
  const auto found = objects_.find(key);
  if (heeds_conditions &&
      etag != (found == objects_.end() ? "" : found->second.etag))
    return false;
  put(key, bytes);
  return true;
}

std::unique_ptr<NewObject> MemoryBucket::create(const std::string& key) {
  return std::make_unique<NewMemoryObject>(*this, key);
}

void MemoryBucket::put(const std::string& key, std::string bytes,
                       std::int64_t modified_ns) {
  const std::scoped_lock lock(mutex_);
  std::string etag = hex_md5(bytes);
  objects_[key] = {std::move(bytes), std::move(etag), modified_ns};
}

}  // namespace dregs
