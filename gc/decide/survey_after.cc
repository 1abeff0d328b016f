#include "gc/decide/survey_after.h"

#include <algorithm>
#include <unordered_set>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

// The folders that go, relative to v2, to ask what lies in them.
class GoneFolders {
 public:
  GoneFolders(const Repository& repository, const RequestedParts& parts) {
    const std::string& name = repository.name;
    for (std::uint32_t t = 0; t < repository.tags.size(); ++t)
      if (parts.whole || parts.tags.contains(t))
        folders_.insert(layout::tag(name, repository.tags[t].name));
    for (const Digest& digest :
         parts.whole ? repository.revisions
                     : std::vector<Digest>(parts.manifests.begin(),
                                           parts.manifests.end()))
      folders_.insert(layout::revision(name, digest));
    if (!parts.whole) return;
    for (const Digest& digest : repository.layers)
      folders_.insert(layout::layer(name, digest));
    for (const LayerAlias& alias : repository.aliases)
      folders_.insert(layout::layer_alias(name, alias.digest));
  }

  bool hold(std::string_view path) const {
    for (; !path.empty(); path = layout::parent(path))
      if (folders_.contains(std::string(path))) return true;
    return false;
  }

  bool hold(const Repository& repository, const PinReason& pin) const {
    return hold(layout::repository(repository.name) + "/" + pin.detail);
  }

 private:
  std::unordered_set<std::string> folders_;
};

// Whether only the manifests' absence made it odd, and they were all there is.
bool ends_with_the_links(const PinReason& pin) {
  return pin.kind == FindingKind::manifests_missing;
}

std::vector<PinReason> remaining_pins(const Repository& repository,
                                      const RequestedParts& parts) {
  const GoneFolders gone(repository, parts);
  std::vector<PinReason> pins;
  for (const PinReason& pin : repository.pins)
    if (!gone.hold(repository, pin) &&
        !(parts.whole && ends_with_the_links(pin)))
      pins.push_back(pin);
  return pins;
}

void empty_out(Repository& repository, RepositoryIds& ids) {
  Repository left;
  left.name = repository.name;
  left.fingerprint = repository.fingerprint;
  left.folders = std::move(repository.folders);
  left.pins = std::move(repository.pins);
  left.has_foreign_entries = repository.has_foreign_entries;
  std::copy_if(repository.uploads.begin(), repository.uploads.end(),
               std::back_inserter(left.uploads),
               [](const Upload& upload) { return !upload.recognised; });
  repository = std::move(left);
  ids = {};
}

// What the history of a tag without a target led to goes with the tag.
void drop_led_to(Repository& repository, RepositoryIds& ids,
                 const std::set<std::uint32_t>& gone) {
  std::set<Digest> by_gone;
  std::set<Digest> by_kept;
  for (const HistoryEntry& entry : repository.history)
    if (!repository.tags[entry.tag].current)
      (gone.contains(entry.tag) ? by_gone : by_kept).insert(entry.digest);
  std::vector<Digest> led_to;
  std::vector<DigestId> led_to_ids;
  for (std::size_t i = 0; i < repository.led_to.size(); ++i) {
    const Digest& digest = repository.led_to[i];
    if (by_gone.contains(digest) && !by_kept.contains(digest)) continue;
    led_to.push_back(digest);
    led_to_ids.push_back(ids.led_to[i]);
  }
  repository.led_to = std::move(led_to);
  ids.led_to = std::move(led_to_ids);
}

void drop_tags(Repository& repository, RepositoryIds& ids,
               const std::set<std::uint32_t>& gone) {
  drop_led_to(repository, ids, gone);
  std::vector<std::uint32_t> moved(repository.tags.size());
  std::vector<Tag> tags;
  std::vector<DigestId> tag_ids;
  for (std::uint32_t t = 0; t < repository.tags.size(); ++t) {
    moved[t] = static_cast<std::uint32_t>(tags.size());
    if (gone.contains(t)) continue;
    tags.push_back(std::move(repository.tags[t]));
    tag_ids.push_back(ids.tags[t]);
  }
  std::erase_if(repository.history, [&](const HistoryEntry& entry) {
    return gone.contains(entry.tag);
  });
  for (HistoryEntry& entry : repository.history) entry.tag = moved[entry.tag];
  repository.tags = std::move(tags);
  ids.tags = std::move(tag_ids);
}

void drop_manifests(Repository& repository, RepositoryIds& ids,
                    const std::set<Digest>& gone) {
  std::vector<Digest> revisions;
  std::vector<DigestId> revision_ids;
  for (std::size_t r = 0; r < repository.revisions.size(); ++r) {
    if (gone.contains(repository.revisions[r])) continue;
    revisions.push_back(repository.revisions[r]);
    revision_ids.push_back(ids.revisions[r]);
  }
  std::erase_if(repository.history, [&](const HistoryEntry& entry) {
    return repository.tags[entry.tag].current && gone.contains(entry.digest);
  });
  repository.revisions = std::move(revisions);
  ids.revisions = std::move(revision_ids);
}

void drop(Survey& survey, std::uint32_t i, const RequestedParts& parts) {
  Repository& repository = survey.inventory.repositories[i];
  RepositoryIds ids = survey.graph.repository(i);
  const GoneFolders gone(repository, parts);
  std::erase_if(survey.inventory.findings, [&](const Finding& finding) {
    return finding.repository == repository.name &&
           (parts.whole || gone.hold(finding.path));
  });
  repository.pins = remaining_pins(repository, parts);
  if (parts.whole) {
    empty_out(repository, ids);
  } else {
    drop_tags(repository, ids, parts.tags);
    drop_manifests(repository, ids, parts.manifests);
  }
  survey.graph.set_repository(i, std::move(ids));
}

}  // namespace

Survey survey_after(Survey survey, const RequestedRemoval& request) {
  for (const auto& [i, parts] : request) drop(survey, i, parts);
  survey.diagnosis =
      diagnose(survey.inventory, survey.graph, survey.surroundings.proxy_cache);
  return survey;
}

std::vector<PinReason> leftover_pins(const Inventory& inventory,
                                     std::uint32_t repository) {
  RequestedParts whole;
  whole.whole = true;
  return remaining_pins(inventory.repositories[repository], whole);
}

}  // namespace dregs
