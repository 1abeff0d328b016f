#include "scanner/bucket/pending_parts.h"

#include <algorithm>
#include <tuple>

#include "scanner/keys/key_place.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

// repositories/<name>/_uploads/<id>/data
void find_owner(std::string_view path, PendingParts& parts) {
  constexpr std::string_view kFolder = "_uploads/";
  constexpr std::string_view kData = "/data";
  const KeyPlace place = place_of_key(path);
  std::string_view below = place.below;
  if (place.kind != KeyPlace::Kind::repository || !below.starts_with(kFolder) ||
      !below.ends_with(kData))
    return;
  below.remove_prefix(kFolder.size());
  below.remove_suffix(std::min(kData.size(), below.size()));
  if (below.empty() || below.find('/') != std::string_view::npos) return;
  parts.repository = place.repository;
  parts.id = below;
}

}  // namespace

std::vector<PendingParts> pending_parts(const BucketRoot& root,
                                        const StopRequest& stop) {
  std::vector<PendingParts> pending;
  for (PendingUpload& upload : root.store.pending_uploads()) {
    if (!upload.key.starts_with(root.v2)) continue;
    PendingParts& parts = pending.emplace_back();
    find_owner(std::string_view(upload.key).substr(root.v2.size()), parts);
    parts.upload = std::move(upload);
  }
  std::sort(pending.begin(), pending.end(),
            [](const PendingParts& a, const PendingParts& b) {
              return std::tie(a.upload.key, a.upload.upload_id) <
                     std::tie(b.upload.key, b.upload.upload_id);
            });
  at_once(root.connections, pending.size(), [&](std::size_t i) {
    if (!stop.requested())
      pending[i].bytes = root.store.bytes_of(pending[i].upload);
  });
  return pending;
}

std::span<const PendingParts> parts_at(const std::vector<PendingParts>& pending,
                                       const std::string& key) {
  const auto first = std::lower_bound(
      pending.begin(), pending.end(), key,
      [](const PendingParts& parts, const std::string& wanted) {
        return parts.upload.key < wanted;
      });
  const auto last = std::find_if(
      first, pending.end(),
      [&](const PendingParts& parts) { return parts.upload.key != key; });
  return {first, last};
}

std::map<std::string, std::vector<Upload>, std::less<>> pending_uploads_of(
    const std::vector<PendingParts>& pending) {
  std::map<std::string, std::vector<Upload>, std::less<>> uploads;
  for (const PendingParts& parts : pending) {
    if (parts.id.empty()) continue;
    std::vector<Upload>& own = uploads[parts.repository];
    auto known = std::ranges::find(own, parts.id, &Upload::id);
    if (known == own.end()) {
      own.emplace_back().id = parts.id;
      known = own.end() - 1;
    }
    const std::int64_t begun_ns = parts.upload.initiated_ns;
    known->bytes += parts.bytes;
    known->changed_ns = std::max(known->changed_ns, begun_ns);
    known->times.take_newer({begun_ns, begun_ns});
  }
  for (auto& [name, own] : uploads) std::ranges::sort(own, {}, &Upload::id);
  return uploads;
}

}  // namespace dregs
