#include "scanner/store/looked_up_manifest.h"

namespace dregs {
namespace {

ManifestRead read_stored(DigestId id, bool declared,
                         const ManifestSource& source,
                         const GraphWriter& writer) {
  const Inventory& inventory = writer.inventory();
  if (writer.graph().present(id))
    return source.read(inventory.blobs[id], declared);
  const std::size_t other = id - writer.graph().blob_count();
  return source.read_other(inventory.other_blobs[other], declared);
}

// A subject is a weak reference: nobody pulls an image because of it.
bool is_of_another_size(const Reference& reference, DigestId id,
                        const GraphWriter& writer) {
  if (reference.size <= 0 || reference.role == ReferenceRole::subject ||
      !writer.graph().present(id))
    return false;
  const Blob& part = writer.inventory().blobs[id];
  const bool unknown = part.inode == 0;  // nobody could look
  return !unknown && part.size != static_cast<std::uint64_t>(reference.size);
}

}  // namespace

LookedUpManifest read_and_look_up(DigestId manifest, bool declared,
                                  const ManifestSource& source,
                                  const GraphWriter& writer) {
  LookedUpManifest found;
  found.read = read_stored(manifest, declared, source, writer);
  const bool sound = found.read.state == ManifestState::sound;
  found.ids.reserve(found.read.manifest.references.size());
  for (const Reference& reference : found.read.manifest.references) {
    const DigestId id = writer.lookup(reference.digest);
    found.ids.push_back(id);
    if (sound && is_of_another_size(reference, id, writer))
      found.wrong_sizes.push_back(
          {manifest, id, static_cast<std::uint64_t>(reference.size)});
  }
  return found;
}

}  // namespace dregs
