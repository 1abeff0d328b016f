// _layers (format.md#P2): links by sha256, and by whatever other algorithm
// registries ever wrote.
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/keys/finish_parts.h"

namespace dregs {
namespace {

void finish_alias(const KeyEntry& entry, const std::string& digest,
                  RepositoryReport& report) {
  const std::string path(entry.path);
  const bool odd = !is_alias_name(digest);
  const Link link = link_in(entry);
  if (odd && (!entry.is_folder() ||
              (is_litter(entry.name) && link.state == LinkState::missing)))
    return report.foreign(path, "not a link of the registry's");
  if (link.state == LinkState::missing && !odd)
    return report_left_over(entry, report);
  add_alias(link, path, digest, report);
  report_beside(path, entries_of(entry.path, entry.inside), {"link"}, report);
}

// `prefix` is what the links' names have before that of their folder:
// "sha512:".
void finish_aliases(const KeyEntry& folder, const std::string& prefix,
                    RepositoryReport& report) {
  if (folder.file != nullptr) report_no_folder(folder, report);
  for (const KeyEntry& entry : entries_of(folder.path, folder.inside))
    finish_alias(entry, prefix + std::string(entry.name), report);
}

std::vector<KeyEntry> entries_but_litter(const KeyEntry& folder,
                                         RepositoryReport& report) {
  if (folder.file != nullptr) report_no_folder(folder, report);
  std::vector<KeyEntry> entries = entries_of(folder.path, folder.inside);
  std::erase_if(entries, [&](const KeyEntry& entry) {
    if (!is_litter(entry.name)) return false;
    report.litter(std::string(entry.path));
    return true;
  });
  return entries;
}

// _layers/tarsum/<version>/<alg>/<hex>/link, of registries before 2.3.
void finish_tarsum_aliases(const KeyEntry& tarsum, RepositoryReport& report) {
  for (const KeyEntry& version : entries_but_litter(tarsum, report))
    for (const KeyEntry& algorithm : entries_but_litter(version, report))
      finish_aliases(algorithm,
                     "tarsum." + std::string(version.name) + "+" +
                         std::string(algorithm.name) + ":",
                     report);
}

}  // namespace

void finish_layers(const std::vector<KeyEntry>& entries,
                   RepositoryReport& report) {
  Repository& repository = report.repository();
  repository.has_layers_folder = true;
  for (const KeyEntry& entry : entries) {
    const std::string name(entry.name);
    if (name == "sha256")
      finish_links(entry,
                   {std::string(entry.path), FindingKind::bad_layer_link,
                    repository.layers},
                   report);
    else if (name == "sha384" || name == "sha512")
      finish_aliases(entry, name + ":", report);
    else if (name == "tarsum")
      finish_tarsum_aliases(entry, report);
    else
      report.foreign(std::string(entry.path),
                     "no layer link of the registry's");
  }
}

}  // namespace dregs
