#include "gc/runs/rollback.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "gc/heal/put_link.h"
#include "gc/remove/opened_parts.h"
#include "scanner/files/link.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

std::string state_in_words(BlobContent::State state) {
  switch (state) {
    case BlobContent::State::sound:
      break;
    case BlobContent::State::missing:
      return "is not there any more";
    case BlobContent::State::corrupt:
      return "does not hash to its name";
    case BlobContent::State::unreadable:
      return "cannot be read";
    case BlobContent::State::too_large:
      return "is larger than any manifest that servers serve";
  }
  return "is there";
}

void add_unless_there(const char* what, const InspectedPart& part,
                      std::vector<std::string>& reasons) {
  if (part.state != PartState::there && part.state != PartState::elsewhere)
    reasons.push_back(fmt::format("{} {}: {}", what, part.named.digest,
                                  to_string(part.state)));
}

// Returns a path relative to the folder of the tag.
std::string entry_of(const Digest& digest) {
  return "index/sha256/" + digest.hex() + "/link";
}

}  // namespace

std::vector<std::string> what_is_not_whole(const Repository& repository,
                                           const Inspection& inspection) {
  std::vector<std::string> reasons;
  const std::string name = inspection.digest.to_string();
  if (inspection.content.state != BlobContent::State::sound)
    reasons.push_back(fmt::format("the manifest {} {}", name,
                                  state_in_words(inspection.content.state)));
  if (!std::binary_search(repository.revisions.begin(),
                          repository.revisions.end(), inspection.digest))
    reasons.push_back(fmt::format(
        "the repository has no revision link for {}: it was deleted", name));
  if (inspection.config)
    add_unless_there("config", *inspection.config, reasons);
  for (const InspectedPart& layer : inspection.layers)
    add_unless_there("layer", layer, reasons);
  for (const InspectedPart& child : inspection.children)
    add_unless_there("child", child, reasons);
  if (!reasons.empty()) return reasons;
  for (const Finding& finding : inspection.findings)
    if (finding.severity() == Severity::error)
      reasons.push_back(fmt::format("{}: {}", finding.digest, finding.detail));
  return reasons;
}

RollbackError carry_out(const Rollback& rollback, int v2) {
  const std::string path = layout::tag(rollback.repository, rollback.tag);
  const OpenedParts parts(v2, find_frame_parts(v2));
  const Descriptor tag = parts.open(path);
  if (!tag) return {errno, path};
  if (read_link(tag.get(), "current/link").target != rollback.from)
    return {ESTALE, path};
  std::vector<std::pair<std::string, Digest>> links;
  FileStatus status;
  if (rollback.from && file_status(tag.get(), entry_of(*rollback.from).c_str(),
                                   status) == ENOENT)
    links.emplace_back(entry_of(*rollback.from), *rollback.from);
  links.emplace_back(entry_of(rollback.to), rollback.to);
  links.emplace_back("current/link", rollback.to);
  for (const auto& [link, digest] : links)
    if (const int error = put_link(tag.get(), link, digest))
      return {error, fmt::format("{}/{}", path, link)};
  if (const int error = parts.sync()) return {error, path};
  return {};
}

}  // namespace dregs
