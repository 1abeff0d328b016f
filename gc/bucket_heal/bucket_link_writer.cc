#include "gc/bucket_heal/bucket_link_writer.h"

#include "scanner/inventory/link.h"

namespace dregs {
namespace {

using State = LinkOutcome::State;

FoundLink look(const BucketRoot& root, const std::string& key) {
  FoundLink found;
  const auto object = find_object(root.store, key);
  if (!object) return found;
  found.there = true;
  found.stamp = object->etag;
  // Of no link: it says nothing, and may be written over.
  if (object->size >= kMostLinkBytes) return found;
  const auto bytes = root.store.get(key, kMostLinkBytes);
  if (bytes)
    found.target = parse_link(*bytes).target;
  else
    found.error = "it went while dregs read it";
  return found;
}

}  // namespace

FoundLink BucketLinkWriter::find(const std::string& path) try {
  return look(root_, root_.key(path));
} catch (const StorageError& error) {
  FoundLink found;
  found.error = error.what();
  return found;
}

LinkOutcome BucketLinkWriter::replace(const std::string& path,
                                      const FoundLink& over,
                                      const Digest& digest) try {
  const std::string key = root_.key(path);
  const FoundLink now = look(root_, key);
  if (!now.error.empty()) return {State::failed, now.error};
  if (now.there != over.there || now.stamp != over.stamp ||
      now.target != over.target)
    return {State::changed, {}};
  const std::string wanted = digest.to_string();
  const bool done = root_.store.put_over(key, wanted, now.stamp);
  // A request that was repeated, since its answer was lost, is refused though
  // it wrote: what is there now tells.
  if (root_.store.get(key, kMostLinkBytes) == wanted) return {};
  if (!done) return {State::changed, {}};
  return {State::failed, "what was written is not what is read back"};
} catch (const StorageError& error) {
  return {State::failed, error.what()};
}

}  // namespace dregs
