#include "scanner/keys/bucket_stamps.h"

#include <functional>

namespace dregs {
namespace {

// Bits of the one number end up in all bits of the other.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
  return value ^ value >> 31;
}

}  // namespace

std::uint64_t stamp_of(const StoredObject& object) {
  const std::hash<std::string> hash;
  std::uint64_t stamp = mixed(hash(object.key));
  stamp = mixed(stamp ^ hash(object.etag));
  stamp = mixed(stamp ^ object.size);
  return mixed(stamp ^ static_cast<std::uint64_t>(object.modified_ns));
}

void BucketStamps::add(const KeyPlace& place, const StoredObject& object) {
  const std::uint64_t stamp = stamp_of(object);
  if (place.kind == KeyPlace::Kind::repository)
    repositories[std::string(place.repository)] += stamp;
  else if (place.kind == KeyPlace::Kind::blob)
    blobs += stamp;
  else
    others += stamp;
}

void BucketStamps::merge(const BucketStamps& more) {
  for (const auto& [name, stamp] : more.repositories)
    repositories[name] += stamp;
  blobs += more.blobs;
  others += more.others;
}

std::vector<std::string> changed_repositories(const BucketStamps& before,
                                              const BucketStamps& after) {
  std::vector<std::string> changed;
  auto a = before.repositories.begin();
  auto b = after.repositories.begin();
  while (a != before.repositories.end() || b != after.repositories.end()) {
    const bool only_before =
        b == after.repositories.end() ||
        (a != before.repositories.end() && a->first < b->first);
    const bool only_after =
        !only_before && (a == before.repositories.end() || b->first < a->first);
    if (only_before || only_after || a->second != b->second)
      changed.push_back(only_after ? b->first : a->first);
    if (!only_after) ++a;
    if (!only_before) ++b;
  }
  return changed;
}

}  // namespace dregs
