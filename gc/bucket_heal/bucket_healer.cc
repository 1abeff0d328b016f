#include "gc/bucket_heal/bucket_healer.h"

#include <optional>
#include <utility>

#include "gc/bucket/bucket_remover.h"
#include "gc/bucket_heal/bucket_repairer.h"
#include "gc/bucket_heal/set_aside.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

bool is_empty_object(const BucketRoot& root, const std::string& path) {
  const auto object = find_object(root.store, root.key(path));
  return object && object->size == 0;
}

}  // namespace

std::vector<Repaired> BucketHealer::repair(const std::vector<Repair>& repairs,
                                           const StoreReader* other,
                                           const StopRequest& stop,
                                           std::atomic<std::uint64_t>& bytes) {
  BucketRepairer repairer(root_, run_, other, stop, bytes);
  return repair_each(repairs, repairer, stop);
}

std::vector<Quarantined> BucketHealer::quarantine(
    const std::vector<Finding>& findings) {
  const std::vector<WrongFile> files = worth_quarantine(
      findings,
      [this](const std::string& path) { return is_empty_object(root_, path); });
  std::vector<Quarantined> all(files.size());
  at_once(root_.connections, files.size(), [&](std::size_t i) {
    try {
      all[i] = move_away(files[i]);
    } catch (const StorageError& error) {
      all[i] = {files[i].path, "", error.what()};
    }
  });
  return all;
}

Quarantined BucketHealer::move_away(const WrongFile& file) const {
  const auto object = find_object(root_.store, root_.key(file.path));
  if (!object || !is_wrong(file, *object))
    return {file.path, "", kChangedMeanwhile};
  const std::string to = set_aside(root_, *object, run_);
  if (!is_still(root_, *object)) return {file.path, "", kChangedMeanwhile};
  const auto left = remove_copied(root_, file.path);
  if (!left.empty()) return {file.path, "", left.front().message};
  return {file.path, to, ""};
}

// The verification may be hours old: a push may have healed it.
bool BucketHealer::is_wrong(const WrongFile& file,
                            const StoredObject& object) const {
  if (file.digest.empty()) return object.size == 0;
  const auto digest = Digest::parse(file.digest);
  const BlobContent now = digest ? reader_.hash_blob(*digest)
                                 : reader_.hash_other_blob(file.digest);
  return now.state == BlobContent::State::corrupt;
}

}  // namespace dregs
