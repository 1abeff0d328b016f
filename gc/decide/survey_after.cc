#include "gc/decide/survey_after.h"

#include <algorithm>
#include <unordered_set>

#include "gc/mark/orphaned_layers.h"
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

// What goes is named here, so that whatever else there is stays. Uploads that
// nobody knows stay, too.
void empty_out(Repository& repository, RepositoryIds& ids) {
  repository.revisions.clear();
  repository.tags.clear();
  repository.history.clear();
  repository.history_entries = 0;
  repository.layers.clear();
  repository.aliases.clear();
  std::erase_if(repository.uploads,
                [](const Upload& upload) { return upload.recognised; });
  repository.led_to.clear();
  repository.led_to_otherwise.clear();
  repository.empty_revisions.clear();
  repository.empty_layers.clear();
  repository.empty_aliases.clear();
  repository.linkless.clear();
  repository.temporary_files.clear();
  repository.layers_only.reset();
  repository.has_manifests_folder = false;
  repository.has_revisions_folder = false;
  repository.has_tags_folder = false;
  repository.has_layers_folder = false;
  ids = {};
}

// Erases the same positions from two vectors that stand in step.
template <class Value, class Goes>
void erase_in_step(std::vector<Value>& values, std::vector<DigestId>& ids,
                   const Goes& goes) {
  std::vector<Value> values_left;
  std::vector<DigestId> ids_left;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (goes(i)) continue;
    values_left.push_back(std::move(values[i]));
    ids_left.push_back(ids[i]);
  }
  values = std::move(values_left);
  ids = std::move(ids_left);
}

// What the history of a tag without a target led to goes with the tag.
void drop_led_to(Repository& repository, RepositoryIds& ids,
                 const std::set<std::uint32_t>& gone) {
  std::set<Digest> by_gone;
  std::set<Digest> by_kept;
  for (const HistoryEntry& entry : repository.history)
    if (!repository.tags[entry.tag].current)
      (gone.contains(entry.tag) ? by_gone : by_kept).insert(entry.digest);
  erase_in_step(repository.led_to, ids.led_to, [&](std::size_t i) {
    const Digest& digest = repository.led_to[i];
    return by_gone.contains(digest) && !by_kept.contains(digest);
  });
}

// The history of the other tags names them by their new positions.
void drop_history_of(Repository& repository,
                     const std::set<std::uint32_t>& gone) {
  std::vector<std::uint32_t> moved;  // by the old position
  std::uint32_t kept = 0;
  for (std::uint32_t t = 0; t < repository.tags.size(); ++t) {
    moved.push_back(kept);
    if (!gone.contains(t)) ++kept;
  }
  std::erase_if(repository.history, [&](const HistoryEntry& entry) {
    return gone.contains(entry.tag);
  });
  for (HistoryEntry& entry : repository.history) entry.tag = moved[entry.tag];
}

void drop_tags(Repository& repository, RepositoryIds& ids,
               const std::set<std::uint32_t>& gone) {
  drop_led_to(repository, ids, gone);
  drop_history_of(repository, gone);
  erase_in_step(repository.tags, ids.tags, [&](std::size_t t) {
    return gone.contains(static_cast<std::uint32_t>(t));
  });
}

void drop_manifests(Repository& repository, RepositoryIds& ids,
                    const std::set<Digest>& gone) {
  erase_in_step(repository.revisions, ids.revisions, [&](std::size_t r) {
    const bool goes = gone.contains(repository.revisions[r]);
    if (goes) ids.signatures.erase(ids.revisions[r]);
    return goes;
  });
  std::erase_if(repository.history, [&](const HistoryEntry& entry) {
    return repository.tags[entry.tag].current && gone.contains(entry.digest);
  });
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
  ids.manifests_among_layers.clear();  // found anew below
  survey.graph.set_repository(i, std::move(ids));
}

// A fresh survey finds these, too.
void find_manifests_among_layers(Survey& survey,
                                 const std::vector<std::size_t>& touched,
                                 const ReadMore& read_more) {
  const BlobsByRepository orphans =
      orphaned_layers(survey.inventory, survey.graph, touched);
  if (read_more) read_more(survey, orphans);
  for (const std::size_t i : touched) {
    RepositoryIds ids = survey.graph.repository(i);
    for (const BlobId id : orphans[i])
      if (survey.graph.is_served_manifest(id))
        ids.manifests_among_layers.push_back(id);
    survey.graph.set_repository(i, std::move(ids));
  }
}

}  // namespace

Survey survey_after(Survey survey, const RequestedRemoval& request,
                    const ReadMore& read_more) {
  std::vector<std::size_t> touched;
  for (const auto& [i, parts] : request) {
    drop(survey, i, parts);
    touched.push_back(i);
  }
  find_manifests_among_layers(survey, touched, read_more);
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
