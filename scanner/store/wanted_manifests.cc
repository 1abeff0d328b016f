#include "scanner/store/wanted_manifests.h"

namespace dregs {

Wanted wanted_by(ReferenceRole role) {
  switch (role) {
    case ReferenceRole::child:
    case ReferenceRole::subject:
      return Wanted::as_manifest;
    case ReferenceRole::child_or_blob:
    case ReferenceRole::mentioned:
      return Wanted::if_it_looks_like_one;
    case ReferenceRole::config:
    case ReferenceRole::layer:
      break;
  }
  return Wanted::no;
}

void WantedManifests::want(DigestId id, Wanted how) {
  if (id >= wanted_.size() || wanted_[id] >= how) return;
  if (wanted_[id] == Wanted::no) wave_.push_back(id);
  wanted_[id] = how;
}

void WantedManifests::want_again_what_is_declared() {
  std::erase_if(passed_over_, [this](DigestId id) {
    if (!is_declared(id)) return false;
    wave_.push_back(id);
    return true;
  });
}

}  // namespace dregs
