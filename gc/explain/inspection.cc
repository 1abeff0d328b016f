#include "gc/explain/inspection.h"

#include <algorithm>
#include <map>
#include <set>

#include "gc/explain/inspection_findings.h"
#include "gc/explain/part_state.h"
#include "gc/explain/referrers.h"
#include "gc/mark/manifest_problem.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

using ContentState = BlobContent::State;

struct Parts {
  std::optional<InspectedPart> config;
  std::vector<InspectedPart> layers;
  std::vector<InspectedPart> children;
};

// Children that are there, and of those the ones not looked into yet.
struct ChildrenBelow {
  struct Child {
    Digest digest;
    bool may_be_blob = false;
  };
  std::set<Digest> seen;
  std::vector<Child> waiting;
  std::map<Digest, std::vector<Digest>> parents;
};

void note_manifest(const Manifest& manifest, const Digest& digest,
                   InspectionFindings& findings) {
  const std::string self = digest.to_string();
  if (const ManifestProblem problem =
          problem_of_sound(manifest.kind, manifest.bad_descriptor))
    findings.add(problem.kind, self, problem.detail).pins = problem.pins;
  if (manifest.refused)
    findings.add(FindingKind::refused_manifest, self, kRefusedDetail);
  if (manifest.odd_subject)
    findings.add(FindingKind::odd_subject, self, kOddSubjectDetail);
}

// The part or whoever says how large it is: only its hash tells.
void blame(const InspectedPlace& place, const ManifestPart& part,
           const Digest& parent, InspectionFindings& findings) {
  const auto digest = resolve(place.repository, part.digest);
  const BlobContent found = digest ? place.store.hash_blob(*digest)
                                   : place.store.hash_other_blob(part.digest);
  if (found.state == ContentState::sound)
    findings.add_part(FindingKind::wrong_size, parent, parent.to_string(),
                      wrong_size_detail(*part.size, part.digest, found.size));
  else
    findings.add_part(
        FindingKind::corrupt_blob, parent, part.digest,
        "not as large as the manifest says, and its bytes do not hash to its "
        "name");
}

// `missing` and `detail` say what it means that the part is not there.
void note_part(const InspectedPlace& place, const InspectedPart& part,
               const Digest& parent, FindingKind missing, const char* detail,
               InspectionFindings& findings) {
  const std::string& name = part.named.digest;
  if (part.state == PartState::missing)
    findings.add_part(missing, parent, name, detail);
  if (part.state == PartState::unlinked)
    findings.add_part(FindingKind::missing_layer_link, parent, name,
                      kMissingLinkDetail);
  if (part.state == PartState::unreadable)
    findings.add_part(FindingKind::unreadable_file, parent, name,
                      "needed, and cannot be read");
  if (part.state == PartState::wrong_size)
    blame(place, part.named, parent, findings);
}

InspectedPart inspect_blob(const InspectedPlace& place,
                           const ManifestPart& part, const Digest& parent,
                           InspectionFindings& findings) {
  InspectedPart looked = look_at_blob(place, part);
  note_part(place, looked, parent, FindingKind::missing_blob,
            kMissingBlobDetail, findings);
  return looked;
}

InspectedPart inspect_child(const InspectedPlace& place,
                            const ManifestPart& part, const Digest& parent,
                            ChildrenBelow& below,
                            InspectionFindings& findings) {
  InspectedPart looked = look_at_child(place, part);
  note_part(place, looked, parent, FindingKind::missing_child,
            "a child of the index that is not there", findings);
  const auto digest = resolve(place.repository, part.digest);
  if (looked.state != PartState::there || !digest) return looked;
  below.parents[*digest].push_back(parent);
  if (below.seen.insert(*digest).second)
    below.waiting.push_back({*digest, part.may_be_blob});
  return looked;
}

Parts inspect_parts(const InspectedPlace& place, const ManifestDetails& details,
                    const Digest& parent, ChildrenBelow& below,
                    InspectionFindings& findings) {
  Parts parts;
  if (details.config)
    parts.config = inspect_blob(place, *details.config, parent, findings);
  for (const ManifestPart& layer : details.layers)
    parts.layers.push_back(inspect_blob(place, layer, parent, findings));
  for (const ManifestPart& child : details.children)
    parts.children.push_back(
        inspect_child(place, child, parent, below, findings));
  return parts;
}

bool are_whole(Parts parts) {
  std::vector<InspectedPart> all = std::move(parts.layers);
  append(all, std::move(parts.children));
  if (parts.config) all.push_back(std::move(*parts.config));
  return std::all_of(all.begin(), all.end(), [](const InspectedPart& part) {
    return part.state == PartState::there || part.state == PartState::elsewhere;
  });
}

// Returns whether all is there that a child itself names. BuildKit's cache has
// its layers, of any size, and its config for children (format.md#3.5).
bool is_whole_inside(const InspectedPlace& place,
                     const ChildrenBelow::Child& child, ChildrenBelow& below,
                     InspectionFindings& findings) {
  const BlobContent content = place.store.read_blob(
      child.digest,
      child.may_be_blob ? kLargestServedManifest : kLargestParsedManifest);
  if (child.may_be_blob && appearance_of(content.bytes) != Appearance::manifest)
    return true;
  findings.add_manifest(child.digest, content.state);
  if (content.state != ContentState::sound) return false;
  const ManifestDetails details = describe_manifest(content.bytes);
  if (child.may_be_blob && details.manifest.kind == ManifestKind::unknown)
    return true;
  return are_whole(
      inspect_parts(place, details, child.digest, below, findings));
}

// Returns these digests and all that name them, directly or not.
std::set<Digest> with_all_above(
    std::vector<Digest> digests,
    const std::map<Digest, std::vector<Digest>>& parents) {
  std::set<Digest> all;
  while (!digests.empty()) {
    const Digest digest = digests.back();
    digests.pop_back();
    if (!all.insert(digest).second) continue;
    if (const auto above = parents.find(digest); above != parents.end())
      append(digests, above->second);
  }
  return all;
}

// Returns what misses something, and all that name it. Nesting in the data must
// be no nesting on the stack.
std::set<Digest> find_incomplete(const InspectedPlace& place,
                                 ChildrenBelow& below,
                                 InspectionFindings& findings) {
  std::vector<Digest> incomplete;
  while (!below.waiting.empty()) {
    const ChildrenBelow::Child child = below.waiting.back();
    below.waiting.pop_back();
    if (!is_whole_inside(place, child, below, findings))
      incomplete.push_back(child.digest);
  }
  return with_all_above(std::move(incomplete), below.parents);
}

// Fills in all that the manifest itself says.
void inspect_content(const InspectedPlace& place, Inspection& result,
                     InspectionFindings& findings) {
  result.details = describe_manifest(result.content.bytes);
  note_manifest(result.details.manifest, result.digest, findings);
  ChildrenBelow below;
  below.seen.insert(result.digest);
  Parts parts =
      inspect_parts(place, result.details, result.digest, below, findings);
  const std::set<Digest> incomplete = find_incomplete(place, below, findings);
  for (InspectedPart& child : parts.children)
    if (const auto named = resolve(place.repository, child.named.digest);
        child.state == PartState::there && named && incomplete.contains(*named))
      child.state = PartState::incomplete;
  result.config = std::move(parts.config);
  result.layers = std::move(parts.layers);
  result.children = std::move(parts.children);
  if (result.details.subject)
    result.subject = look_at_subject(place, *result.details.subject);
}

}  // namespace

std::string_view to_string(PartState state) {
  switch (state) {
    case PartState::there:
      return "there";
    case PartState::missing:
      return "missing";
    case PartState::wrong_size:
      return "wrong size";
    case PartState::unlinked:
      return "no link";
    case PartState::elsewhere:
      return "elsewhere";
    case PartState::incomplete:
      return "incomplete";
    case PartState::unreadable:
      return "unreadable";
  }
  return "";
}

Inspection inspect_manifest(const StoreReader& store,
                            const Repository& repository, const Digest& digest,
                            const std::string& who) {
  Inspection result;
  result.repository = repository.name;
  result.digest = digest;
  result.content = store.read_blob(digest, kLargestParsedManifest);
  result.summary = summarize_image(store, digest);
  for (const Tag& tag : repository.tags)
    if (tag.current == digest) result.tags.push_back(tag.name);
  result.pushed_ns = store.modified_time(
      layout::link_in(layout::revision(repository.name, digest)));
  result.referrers = find_referrers(store, repository, digest);
  InspectionFindings findings(repository.name, who);
  findings.add_manifest(digest, result.content.state);
  if (result.content.state == ContentState::sound)
    inspect_content({store, repository}, result, findings);
  result.findings = findings.take();
  return result;
}

}  // namespace dregs
