#include "gc/runs/rollback.h"

#include <fmt/format.h>

#include <algorithm>

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

using State = LinkOutcome::State;

struct PlannedLink {
  std::string path;
  FoundLink over;
  Digest digest;
};

std::string entry_of(const std::string& tag, const Digest& digest) {
  return tag + "/index/sha256/" + digest.hex() + "/link";
}

LinkOutcome put(LinkWriter& links, const PlannedLink& link) {
  if (!link.over.error.empty()) return {State::failed, link.over.error};
  return links.replace(link.path, link.over, link.digest);
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

RollbackOutcome carry_out(const Rollback& rollback, LinkWriter& links) {
  const std::string tag = layout::tag(rollback.repository, rollback.tag);
  const std::string current = tag + "/current/link";
  const FoundLink now = links.find(current);
  if (!now.error.empty()) return {{State::failed, now.error}, current};
  if (now.target != rollback.from) return {{State::changed, {}}, current};
  std::vector<PlannedLink> planned;
  if (rollback.from) {
    const std::string entry = entry_of(tag, *rollback.from);
    const FoundLink old = links.find(entry);
    if (!old.there) planned.push_back({entry, old, *rollback.from});
  }
  const std::string entry = entry_of(tag, rollback.to);
  planned.push_back({entry, links.find(entry), rollback.to});
  planned.push_back({current, now, rollback.to});
  for (const PlannedLink& link : planned)
    if (const LinkOutcome outcome = put(links, link);
        outcome.state != State::written)
      return {outcome, link.path};
  if (const std::string error = links.sync(); !error.empty())
    return {{State::failed, error}, tag};
  return {};
}

}  // namespace dregs
