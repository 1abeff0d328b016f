#include "gc/bucket_heal/bucket_repairer.h"

#include <memory>
#include <utility>

#include "gc/bucket_heal/bucket_link_writer.h"
#include "gc/bucket_heal/set_aside.h"

namespace dregs {
namespace {

using Outcome = Repaired::Outcome;

// Why a repair ends here.
struct Cut {
  std::string why;
};

void add_to(NewObject& object, std::string_view bytes) {
  try {
    object.add(bytes);
  } catch (const StorageError& error) {
    // It would pass for an error of what is read.
    throw Cut{error.what()};
  }
}

}  // namespace

BucketRepairer::BucketRepairer(const BucketRoot& root, const std::string& run,
                               const StoreReader* other,
                               const StopRequest& stop,
                               std::atomic<std::uint64_t>& bytes)
    : root_(root),
      run_(run),
      own_(root),
      other_(other),
      stop_(stop),
      bytes_(bytes) {}

std::optional<Repaired> BucketRepairer::carry_out(const Repair& repair) {
  Repaired result{repair, Outcome::failed, "", ""};
  try {
    if (repair.what == Repair::What::blob)
      replace_blob(result);
    else
      replace_link(result);
    result.outcome = Outcome::done;
  } catch (const Cut& cut) {
    result.error = cut.why;
  } catch (const StorageError& error) {
    result.error = error.what();
  }
  if (result.outcome != Outcome::done && stop_.requested()) return std::nullopt;
  return result;
}

template <class See>
void BucketRepairer::read(const StoreReader& source, Repaired& result,
                          const See& see) const {
  const BlobContent content =
      source.stream_blob(result.repair.digest, [&](std::string_view bytes) {
        if (stop_.requested()) throw Cut{"it was stopped"};
        bytes_ += bytes.size();
        see(bytes);
      });
  switch (content.state) {
    case BlobContent::State::sound:
      return;
    case BlobContent::State::missing:
      result.outcome = Outcome::no_source;
      break;
    case BlobContent::State::corrupt:
      result.outcome = Outcome::corrupt_source;
      break;
    default:
      break;
  }
  throw Cut{"the blob to take cannot be read"};
}

// Somebody may have pushed it again meanwhile, so it is read once more.
void BucketRepairer::replace_blob(Repaired& result) {
  const std::string key = root_.key(result.repair.path);
  const auto before = find_object(root_.store, key);
  if (before &&
      own_.hash_blob(result.repair.digest).state == BlobContent::State::sound)
    return;
  const std::unique_ptr<NewObject> object = root_.store.create(key);
  read(*other_, result,
       [&](std::string_view bytes) { add_to(*object, bytes); });
  if (before) result.replaced = set_aside(root_, *before, run_);
  const auto now = find_object(root_.store, key);
  if (now.has_value() != before.has_value() ||
      (before && !is_still(root_, *before)))
    throw Cut{kChangedMeanwhile};
  if (!object->put_over(before ? before->etag : ""))
    throw Cut{kChangedMeanwhile};
}

void BucketRepairer::replace_link(Repaired& result) {
  const Repair& repair = result.repair;
  BucketLinkWriter links(root_);
  const FoundLink found = links.find(repair.path);
  if (!found.error.empty()) throw Cut{found.error};
  if (found.target == repair.digest) return;
  read(own_, result, [](std::string_view) {});
  const auto before = find_object(root_.store, root_.key(repair.path));
  if (before.has_value() != found.there ||
      (before && before->etag != found.stamp))
    throw Cut{kChangedMeanwhile};
  if (before) result.replaced = set_aside(root_, *before, run_);
  const LinkOutcome outcome = links.replace(repair.path, found, repair.digest);
  if (outcome.state == LinkOutcome::State::written) return;
  throw Cut{outcome.state == LinkOutcome::State::changed ? kChangedMeanwhile
                                                         : outcome.detail};
}

}  // namespace dregs
