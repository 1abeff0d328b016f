#include "gc/mark/diagnose.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>

#include "gc/mark/closure.h"
#include "gc/mark/diagnose_links.h"
#include "gc/mark/diagnose_manifests.h"
#include "gc/mark/diagnosed_repository.h"
#include "gc/mark/needed_by.h"
#include "gc/mark/repository_findings.h"
#include "gc/mark/roots.h"
#include "scanner/formats/append.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

// What a pull-through cache leaves without anything being wrong: it writes a
// tag before it has the manifest, and fetches layers one by one
// (format.md#6.4).
bool is_usual_in_a_cache(FindingKind kind) {
  return kind == FindingKind::manifests_missing ||
         kind == FindingKind::layers_missing;
}

// Returns the scan's reasons to pin the repository.
std::vector<PinReason> pins_of_the_scan(const Repository& repository,
                                        bool proxy_cache) {
  std::vector<PinReason> pins = repository.pins;
  if (!proxy_cache) return pins;
  std::erase_if(
      pins, [](const PinReason& pin) { return is_usual_in_a_cache(pin.kind); });
  pins.push_back({FindingKind::proxy_cache, "pull-through cache"});
  return pins;
}

// An image that has a damaged manifest for a layer calls it a mere empty blob.
// Those are told before.
void diagnose_damaged(const DiagnosedRepository& at,
                      RepositoryFindings& findings) {
  for (const std::vector<DigestId>* each :
       {&at.ids.layers, &at.ids.led_to, &at.ids.stored_otherwise})
    for (const DigestId id : *each)
      if (at.is_damaged(id)) diagnose_manifest(at, id, findings);
}

void diagnose_repository(const DiagnosedRepository& at, Closure& closure,
                         RepositoryFindings& findings) {
  add_image_roots(closure, at.ids);
  diagnose_image_links(at, findings);
  diagnose_damaged(at, findings);
  for (const ManifestNode* node : closure.manifests())
    diagnose_parts(at, *node, findings);
  diagnose_aliases(at, findings);
  diagnose_unresolved(at, closure.unresolved(), findings);
}

// A revision's name says what its link must have been, where the blob of that
// name is what it says (format.md#2).
void say_what_is_repairable(const Inventory& inventory,
                            const ManifestGraph& graph,
                            std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (finding.kind != FindingKind::bad_revision_link) continue;
    const auto digest = Digest::parse(finding.digest);
    if (!digest) continue;
    const ManifestNode* node = graph.node(graph.find(inventory, *digest));
    if (node != nullptr && node->state == ManifestState::sound)
      finding.detail += "; repairable: it can only have been " + finding.digest;
  }
}

}  // namespace

Diagnosis diagnose(const Inventory& inventory, const ManifestGraph& graph,
                   bool proxy_cache) {
  Diagnosis diagnosis;
  diagnosis.pins.resize(inventory.repositories.size());
  const AliasIndex aliases(inventory, graph);
  tbb::enumerable_thread_specific<Closure> closures(
      [&] { return Closure(inventory, graph, aliases); });
  tbb::enumerable_thread_specific<std::vector<Finding>> findings;
  for_each_repository(inventory, [&](std::size_t i) {
    const Repository& repository = inventory.repositories[i];
    std::vector<PinReason>& pins = diagnosis.pins[i];
    pins = pins_of_the_scan(repository, proxy_cache);
    RepositoryFindings told(repository.name, findings.local(), pins);
    Closure& closure = closures.local();
    closure.start(i);
    diagnose_repository(
        DiagnosedRepository(inventory, graph, aliases, proxy_cache, i), closure,
        told);
    sort_unique(pins);
  });
  diagnosis.findings = inventory.findings;
  if (proxy_cache)
    std::erase_if(diagnosis.findings, [](const Finding& finding) {
      return is_usual_in_a_cache(finding.kind);
    });
  append(diagnosis.findings, inventory.obstacles);
  for (std::vector<Finding>& some : findings)
    append(diagnosis.findings, std::move(some));
  say_what_is_repairable(inventory, graph, diagnosis.findings);
  fill_needed_by(inventory, graph, diagnosis.findings);
  sort_findings(diagnosis.findings);
  return diagnosis;
}

}  // namespace dregs
