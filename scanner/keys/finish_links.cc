#include <algorithm>

#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/keys/finish_parts.h"

namespace dregs {
namespace {

void report_no_digest(const KeyEntry& entry, FindingKind bad,
                      RepositoryReport& report) {
  if (is_litter(entry.name) && link_in(entry).state == LinkState::missing)
    report.foreign(std::string(entry.path), "no link of the registry's");
  else
    report.pin(bad, std::string(entry.path),
               "a folder whose name is not a digest");
}

void add_signatures(const Digest& revision, const KeyEntry& folder,
                    std::vector<RevisionSignature>& to) {
  const KeyEntry sha256 =
      entry_called("sha256", entries_of(folder.path, folder.inside));
  for (const KeyEntry& entry : entries_of(sha256.path, sha256.inside))
    if (const auto signature = Digest::from_hex(entry.name))
      to.emplace_back(revision, *signature);
}

// Whether there is a link. One that the listing did not prove is judged.
bool finish_link(const KeyEntry& entry, const Digest& digest, LinkPart& to,
                 RepositoryReport& report) {
  const Link link = link_in(entry);
  if (link.state == LinkState::missing) {
    report_left_over(entry, report);
    return false;
  }
  if (link.names(digest))
    to.digests.push_back(digest);
  else
    report_unsound_link({digest, link}, to.folder, to.bad, to.digests, report);
  return true;
}

void look_beside_link(const KeyEntry& entry, const Digest& digest,
                      const LinkPart& to, RepositoryReport& report) {
  const std::vector<KeyEntry> inside = entries_of(entry.path, entry.inside);
  const KeyEntry signatures = to.signatures != nullptr
                                  ? entry_called("signatures", inside)
                                  : KeyEntry();
  if (to.signatures == nullptr || !signatures.is_folder()) {
    report_beside(entry.path, inside, {"link"}, report);
  } else {
    report_beside(entry.path, inside, {"link", "signatures"}, report);
    add_signatures(digest, signatures, *to.signatures);
  }
}

}  // namespace

void finish_links(const KeyEntry& folder, LinkPart to,
                  RepositoryReport& report) {
  if (folder.file != nullptr) report_no_folder(folder, report);
  const std::vector<Digest> proved = to.digests;
  for (const KeyEntry& entry : entries_of(folder.path, folder.inside)) {
    if (entry.file != nullptr)
      report.foreign(std::string(entry.path), "no link of the registry's");
    if (!entry.is_folder()) continue;
    const auto digest = Digest::from_hex(entry.name);
    if (!digest) {
      report_no_digest(entry, to.bad, report);
      continue;
    }
    if (std::binary_search(proved.begin(), proved.end(), *digest) ||
        finish_link(entry, *digest, to, report))
      look_beside_link(entry, *digest, to, report);
  }
}

}  // namespace dregs
