#include "gc/explain/inspection.h"

#include <algorithm>
#include <map>
#include <set>

#include "gc/explain/image_findings.h"
#include "gc/explain/referrers.h"
#include "gc/mark/manifest_problem.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

using ContentState = BlobContent::State;

bool contains(const std::vector<Digest>& sorted, const Digest& digest) {
  return std::binary_search(sorted.begin(), sorted.end(), digest);
}

class Inspector {
 public:
  Inspector(const StoreReader& store, const Repository& repository,
            const std::string& who)
      : store_(store), repository_(repository), who_(who) {}

  Inspection run(const Digest& digest) {
    result_.repository = repository_.name;
    result_.digest = digest;
    result_.content = store_.read_blob(digest, kLargestParsedManifest);
    result_.summary = summarize_image(store_, digest);
    for (const Tag& tag : repository_.tags)
      if (tag.current == digest) result_.tags.push_back(tag.name);
    result_.pushed_ns = pushed(digest);
    result_.referrers = find_referrers(store_, repository_, digest);
    add_manifest_finding(repository_.name, digest, result_.content.state, who_,
                         result_.findings);
    if (result_.content.state == ContentState::sound) look_at_parts(digest);
    add_the_rest();
    sort_findings(result_.findings);
    return std::move(result_);
  }

 private:
  std::optional<std::int64_t> pushed(const Digest& digest) const {
    return store_.modified_time(
        layout::link_in(layout::revision(repository_.name, digest)));
  }

  void look_at_parts(const Digest& digest) {
    result_.details = describe_manifest(result_.content.bytes);
    const ManifestDetails& details = result_.details;
    judge_manifest(digest);
    seen_.insert(digest);
    if (details.config) result_.config = look_at_blob(*details.config, digest);
    for (const ManifestPart& layer : details.layers)
      result_.layers.push_back(look_at_blob(layer, digest));
    for (const ManifestPart& child : details.children)
      result_.children.push_back(look_at_child(child, digest));
    look_below();
    for (InspectedPart& child : result_.children)
      if (const auto named = resolve(child.named.digest);
          child.state == PartState::there && named &&
          incomplete_.contains(*named))
        child.state = PartState::incomplete;
    if (details.subject)
      result_.subject = {*details.subject, state_of(*details.subject)};
  }

  void judge_manifest(const Digest& digest) {
    const Manifest& manifest = result_.details.manifest;
    const std::string self = digest.to_string();
    if (const ManifestProblem problem =
            problem_of_sound(manifest.kind, manifest.bad_descriptor))
      add(problem.kind, self, problem.detail);
    if (manifest.refused)
      add(FindingKind::refused_manifest, self, kRefusedDetail);
    if (manifest.odd_subject)
      add(FindingKind::odd_subject, self, kOddSubjectDetail);
  }

  // What else than sha256 names a blob does so through an alias link (3.6).
  std::optional<Digest> resolve(const std::string& text) const {
    if (const auto digest = Digest::parse(text)) return digest;
    for (const LayerAlias& alias : repository_.aliases)
      if (alias.digest == text) return alias.target;
    return std::nullopt;
  }

  PartState state_of(const ManifestPart& part) const {
    const auto digest = resolve(part.digest);
    const BlobContent content = digest ? store_.stat_blob(*digest)
                                       : store_.stat_other_blob(part.digest);
    if (content.state == ContentState::missing)
      return part.foreign ? PartState::elsewhere : PartState::missing;
    if (content.state != ContentState::sound) return PartState::unreadable;
    return part.size && *part.size != content.size ? PartState::wrong_size
                                                   : PartState::there;
  }

  bool is_linked(const ManifestPart& part) const {
    const auto digest = Digest::parse(part.digest);
    return !digest || contains(repository_.layers, *digest);
  }

  InspectedPart look_at_blob(const ManifestPart& part, const Digest& parent) {
    InspectedPart looked{part, state_of(part)};
    if (looked.state == PartState::there && !is_linked(part))
      looked.state = PartState::unlinked;
    report(looked, parent, FindingKind::missing_blob, kMissingBlobDetail);
    return looked;
  }

  // Reached through revision links; servers of 2.x take layer links as well.
  InspectedPart look_at_child(const ManifestPart& part, const Digest& parent) {
    InspectedPart looked{part, state_of(part)};
    const auto digest = resolve(part.digest);
    if (looked.state == PartState::there && !is_linked(part) &&
        !contains(repository_.revisions, *digest))
      looked.state = PartState::unlinked;
    report(looked, parent, FindingKind::missing_child,
           "a child of the index that is not there");
    if (looked.state != PartState::there || !digest) return looked;
    parents_[*digest].push_back(parent);
    if (seen_.insert(*digest).second)
      waiting_.emplace_back(*digest, part.may_be_blob);
    return looked;
  }

  // Nesting in the data must be no nesting on the stack. What misses something
  // makes all that name it incomplete.
  void look_below() {
    std::vector<Digest> incomplete;
    while (!waiting_.empty()) {
      const auto [digest, may_be_blob] = waiting_.back();
      waiting_.pop_back();
      if (!look_inside(digest, may_be_blob)) incomplete.push_back(digest);
    }
    while (!incomplete.empty()) {
      const Digest digest = incomplete.back();
      incomplete.pop_back();
      if (incomplete_.insert(digest).second)
        append(incomplete, parents_[digest]);
    }
  }

  // Whether all is there that a child itself names. BuildKit's cache has its
  // layers, of any size, and its config for children (format.md#3.5).
  bool look_inside(const Digest& digest, bool may_be_blob) {
    const BlobContent content = store_.read_blob(
        digest, may_be_blob ? kLargestServedManifest : kLargestParsedManifest);
    if (may_be_blob && appearance_of(content.bytes) != Appearance::manifest)
      return true;
    add_manifest_finding(repository_.name, digest, content.state, who_,
                         result_.findings);
    if (content.state != ContentState::sound) return false;
    const ManifestDetails details = describe_manifest(content.bytes);
    if (may_be_blob && details.manifest.kind == ManifestKind::unknown)
      return true;
    std::vector<InspectedPart> parts;
    if (details.config) parts.push_back(look_at_blob(*details.config, digest));
    for (const ManifestPart& layer : details.layers)
      parts.push_back(look_at_blob(layer, digest));
    for (const ManifestPart& child : details.children)
      parts.push_back(look_at_child(child, digest));
    return std::all_of(parts.begin(), parts.end(), [](const auto& part) {
      return part.state == PartState::there ||
             part.state == PartState::elsewhere;
    });
  }

  void report(const InspectedPart& part, const Digest& parent,
              FindingKind missing, const char* detail) {
    const std::string& name = part.named.digest;
    if (part.state == PartState::missing)
      add_part(missing, parent, name, detail);
    if (part.state == PartState::unlinked)
      add_part(FindingKind::missing_layer_link, parent, name,
               kMissingLinkDetail);
    if (part.state == PartState::unreadable)
      add_part(FindingKind::unreadable_file, parent, name,
               "needed, and cannot be read");
    if (part.state == PartState::wrong_size) blame(part.named, parent);
  }

  // The part or whoever says how large it is: only its hash tells.
  void blame(const ManifestPart& part, const Digest& parent) {
    const auto digest = resolve(part.digest);
    const BlobContent found = digest ? store_.hash_blob(*digest)
                                     : store_.hash_other_blob(part.digest);
    if (found.state == ContentState::sound)
      add_part(FindingKind::wrong_size, parent, parent.to_string(),
               wrong_size_detail(*part.size, part.digest, found.size));
    else
      add_part(FindingKind::corrupt_blob, parent, part.digest,
               "not as large as the manifest says, and its bytes do not hash "
               "to its name");
  }

  void add_part(FindingKind kind, const Digest& parent,
                const std::string& digest, const std::string& detail) {
    if (++told_[{parent, kind}] <= kMostOfAKind) add(kind, digest, detail);
  }

  void add_the_rest() {
    for (const auto& [about, count] : told_) {
      if (count <= kMostOfAKind) continue;
      const std::string parent = about.first.to_string();
      add(about.second, parent, rest_detail(count - kMostOfAKind, parent));
      result_.findings.back().count = count - kMostOfAKind;
    }
  }

  void add(FindingKind kind, const std::string& digest_text,
           std::string detail) {
    Finding finding;
    finding.kind = kind;
    finding.repository = repository_.name;
    finding.digest = digest_text;
    finding.needed_by = {who_};
    finding.detail = std::move(detail);
    if (const auto digest = Digest::parse(digest_text))
      finding.path =
          kind == FindingKind::missing_layer_link
              ? layout::link_in(layout::layer(repository_.name, *digest))
              : layout::blob_data(*digest);
    result_.findings.push_back(std::move(finding));
  }

  const StoreReader& store_;
  const Repository& repository_;
  const std::string& who_;
  Inspection result_;
  std::set<Digest> seen_;
  std::vector<std::pair<Digest, bool>> waiting_;  // may be a blob
  std::map<Digest, std::vector<Digest>> parents_;
  std::set<Digest> incomplete_;
  std::map<std::pair<Digest, FindingKind>, std::size_t> told_;
};

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
  return Inspector(store, repository, who).run(digest);
}

}  // namespace dregs
