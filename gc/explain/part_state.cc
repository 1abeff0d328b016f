#include "gc/explain/part_state.h"

#include <algorithm>

namespace dregs {
namespace {

using ContentState = BlobContent::State;

PartState state_of(const InspectedPlace& place, const ManifestPart& part) {
  const auto digest = resolve(place.repository, part.digest);
  const BlobContent content = digest ? place.store.stat_blob(*digest)
                                     : place.store.stat_other_blob(part.digest);
  if (content.state == ContentState::missing)
    return part.foreign ? PartState::elsewhere : PartState::missing;
  if (content.state != ContentState::sound) return PartState::unreadable;
  return part.size && *part.size != content.size ? PartState::wrong_size
                                                 : PartState::there;
}

bool is_linked(const Repository& repository, const ManifestPart& part) {
  const auto digest = Digest::parse(part.digest);
  return !digest || std::ranges::binary_search(repository.layers, *digest);
}

bool has_revision(const Repository& repository, const ManifestPart& part) {
  return std::ranges::binary_search(repository.revisions,
                                    *resolve(repository, part.digest));
}

}  // namespace

std::optional<Digest> resolve(const Repository& repository,
                              const std::string& digest) {
  if (const auto parsed = Digest::parse(digest)) return parsed;
  for (const LayerAlias& alias : repository.aliases)
    if (alias.digest == digest) return alias.target;
  return std::nullopt;
}

InspectedPart look_at_blob(const InspectedPlace& place,
                           const ManifestPart& part) {
  InspectedPart looked{part, state_of(place, part)};
  if (looked.state == PartState::there && !is_linked(place.repository, part))
    looked.state = PartState::unlinked;
  return looked;
}

InspectedPart look_at_child(const InspectedPlace& place,
                            const ManifestPart& part) {
  InspectedPart looked{part, state_of(place, part)};
  if (looked.state == PartState::there && !is_linked(place.repository, part) &&
      !has_revision(place.repository, part))
    looked.state = PartState::unlinked;
  return looked;
}

InspectedPart look_at_subject(const InspectedPlace& place,
                              const ManifestPart& part) {
  return {part, state_of(place, part)};
}

}  // namespace dregs
