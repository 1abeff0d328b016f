#include "gc/decide/removal.h"

#include "scanner/formats/layout.h"

namespace dregs {

std::string_view to_string(RemovalKind kind) {
  switch (kind) {
    case RemovalKind::tag_history:
      return "tag-history";
    case RemovalKind::tag:
      return "tag";
    case RemovalKind::revision:
      return "revision";
    case RemovalKind::layer_link:
      return "layer-link";
    case RemovalKind::blob:
      return "blob";
    case RemovalKind::upload:
      return "upload";
    case RemovalKind::temporary:
      return "temporary";
    case RemovalKind::folder:
      return "folder";
  }
  return "";
}

std::string_view to_string(RemovalReason reason) {
  switch (reason) {
    case RemovalReason::revision_removed:
      return "revision-removed";
    case RemovalReason::untagged:
      return "untagged";
    case RemovalReason::unneeded_link:
      return "unneeded-link";
    case RemovalReason::unreferenced:
      return "unreferenced";
    case RemovalReason::stale_upload:
      return "stale-upload";
    case RemovalReason::left_over:
      return "left-over";
    case RemovalReason::left_empty:
      return "left-empty";
    case RemovalReason::requested:
      return "requested";
  }
  return "";
}

std::string path_of(const Removal& removal, const Inventory& inventory) {
  static const std::string kNone;
  const std::string& repository =
      removal.repository == kNoRepository
          ? kNone
          : inventory.repositories[removal.repository].name;
  switch (removal.kind) {
    case RemovalKind::tag_history:
      return layout::history_entry(repository, removal.name.text(),
                                   removal.digest);
    case RemovalKind::tag:
      return layout::tag(repository, removal.name.text());
    case RemovalKind::revision:
      return layout::revision(repository, removal.digest);
    case RemovalKind::layer_link:
      return removal.name.empty()
                 ? layout::layer(repository, removal.digest)
                 : layout::layer_alias(repository, removal.name.text());
    case RemovalKind::blob:
      return layout::blob(removal.digest);
    case RemovalKind::upload:
      return layout::upload(repository, removal.name.text());
    case RemovalKind::temporary:
    case RemovalKind::folder:
      return removal.name.text();
  }
  return {};
}

}  // namespace dregs
