#include "gc/mark/diagnose_links.h"

#include <algorithm>

#include "gc/mark/diagnose_manifests.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

void diagnose_revision(const DiagnosedRepository& at, std::size_t r,
                       RepositoryFindings& findings) {
  const DigestId id = at.ids.revisions[r];
  const Digest& digest = at.repository.revisions[r];
  if (at.graph.present(id)) return diagnose_manifest(at, id, findings);
  if (findings.first_time(RepositoryFindings::Told::absent, id) &&
      !at.proxy_cache)
    findings.pin(
        FindingKind::missing_manifest, digest.to_string(),
        layout::link_in(layout::revision(at.repository.name, digest)),
        "the revision's manifest is not there; pushing the image again heals "
        "it");
}

// sha256-<hex>.sig and its kin outlive the image that they belong to.
void diagnose_signature_tag(const DiagnosedRepository& at, const Tag& tag,
                            RepositoryFindings& findings) {
  const std::string_view name = tag.name;
  if (!name.starts_with("sha256-") || name.size() < 72 || name[71] != '.')
    return;
  const auto subject = Digest::from_hex(name.substr(7, 64));
  if (!subject || at.has_revision(*subject)) return;
  findings.note(
      FindingKind::orphan_signature, subject->to_string(),
      layout::tag(at.repository.name, tag.name),
      "belongs to an image that this repository does not have; it is kept");
}

void diagnose_tag(const DiagnosedRepository& at, std::size_t t,
                  RepositoryFindings& findings) {
  const DigestId id = at.ids.tags[t];
  if (id == kNoDigest) return;
  const Tag& tag = at.repository.tags[t];
  diagnose_signature_tag(at, tag, findings);
  if (at.has_revision(*tag.current)) return;
  const std::string link = layout::current_link(at.repository.name, tag.name);
  if (!at.graph.present(id)) {
    if (!at.proxy_cache)
      findings.pin(FindingKind::dangling_tag, tag.current->to_string(), link,
                   "names a manifest that is not there");
    return;
  }
  diagnose_manifest(at, id, findings);
  if (!at.proxy_cache)
    findings.note(
        FindingKind::missing_revision_link, tag.current->to_string(), link,
        "names a manifest that this repository has no link to; servers answer "
        "404, pushing the image again heals it");
}

void diagnose_manifest_among_layers(const DiagnosedRepository& at, DigestId id,
                                    RepositoryFindings& findings) {
  diagnose_manifest(at, id, findings);
  const std::vector<DigestId>& tags = at.ids.tags;
  if (std::find(tags.begin(), tags.end(), id) != tags.end()) return;
  findings.note(
      FindingKind::manifest_among_layers, at.name_of(id), at.blob_path(id),
      "linked as a layer and not as a revision, as registry 2.1 did; servers "
      "up to 2.8 serve it, so it is kept until --delete-untagged");
}

// What mounting a blob by sha512 writes: a link to a blob that nobody stored
// under this name (format.md#1.3).
void diagnose_alias(const DiagnosedRepository& at, std::size_t a,
                    RepositoryFindings& findings) {
  const LayerAlias& alias = at.repository.aliases[a];
  const bool leads_somewhere =
      alias.target ? at.graph.present(at.ids.aliases[a])
                   : alias.unsound || at.aliases.stored(alias.digest);
  if (leads_somewhere || at.proxy_cache) return;
  findings.note(
      FindingKind::dangling_link, alias.digest,
      layout::link_in(layout::layer_alias(at.repository.name, alias.digest)),
      "leads to no blob, so servers answer 404; it is kept");
}

}  // namespace

void diagnose_image_links(const DiagnosedRepository& at,
                          RepositoryFindings& findings) {
  for (std::size_t r = 0; r < at.ids.revisions.size(); ++r)
    diagnose_revision(at, r, findings);
  for (std::size_t t = 0; t < at.ids.tags.size(); ++t)
    diagnose_tag(at, t, findings);
  for (const DigestId id : at.ids.manifests_among_layers)
    diagnose_manifest_among_layers(at, id, findings);
}

void diagnose_aliases(const DiagnosedRepository& at,
                      RepositoryFindings& findings) {
  for (std::size_t a = 0; a < at.ids.aliases.size(); ++a)
    diagnose_alias(at, a, findings);
}

}  // namespace dregs
