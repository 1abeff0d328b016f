// _layers (format.md#P2): links by sha256, and by whatever other algorithm
// registries ever wrote.
#include <cerrno>

#include "scanner/files/entry_type.h"
#include "scanner/files/link_folder.h"
#include "scanner/files/listing.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/repositories/repository_scan.h"

namespace dregs {
namespace {

// Links that are named `prefix` and the name of their folder.
struct AliasFolder {
  std::string below;
  std::string prefix;  // "sha512:"
};

void read_alias(const RepositoryFolder& from, const AliasFolder& aliases,
                int folder, FolderEntry entry) {
  const std::string name(entry.name);
  const std::string below = aliases.below + "/" + name;
  const std::string digest = aliases.prefix + name;
  const bool odd = !is_alias_name(digest);
  const Link link = read_link(folder, (name + "/link").c_str());
  if (odd && (is_litter_without_link(folder, name) ||
              entry_type(folder, entry) == EntryType::file))
    return from.report.foreign(below, "not a link of the registry's");
  if (odd || link.state != LinkState::missing)
    return add_alias(link, below, digest, from.report);
  if (is_left_over(from, folder, name, below))
    from.repository().empty_aliases.push_back(digest);
  else
    from.repository().linkless.push_back(below);
}

void read_aliases(const RepositoryFolder& from, const AliasFolder& aliases) {
  const Descriptor folder = open_part(from, aliases.below);
  if (!folder) return;
  const int error = for_each_entry(folder.get(), [&](FolderEntry entry) {
    read_alias(from, aliases, folder.get(), entry);
  });
  if (error != 0) from.report.obstacle(aliases.below, error);
}

// Adds the folders of one version of tarsum, which are one per algorithm.
void list_tarsum(const RepositoryFolder& from, const std::string& version,
                 std::vector<AliasFolder>& found) {
  const std::string below = "_layers/tarsum/" + version;
  if (is_litter(version)) return from.report.litter(below);
  const Descriptor folder = open_part(from, below);
  if (!folder) return;
  const auto visit = [&](FolderEntry entry) {
    const std::string algorithm(entry.name);
    const std::string inside = below + "/" + algorithm;
    if (is_litter(algorithm)) return from.report.litter(inside);
    found.push_back({inside, "tarsum." + version + "+" + algorithm + ":"});
  };
  if (const int failed = for_each_entry(folder.get(), visit))
    from.report.obstacle(below, failed);
}

// _layers/tarsum/<version>/<alg>/<hex>/link, of registries before 2.3.
void read_tarsum_aliases(const RepositoryFolder& from) {
  const Descriptor tarsum = open_part(from, "_layers/tarsum");
  if (!tarsum) return;
  std::vector<AliasFolder> found;
  const int error = for_each_entry(tarsum.get(), [&](FolderEntry version) {
    list_tarsum(from, std::string(version.name), found);
  });
  if (error != 0) from.report.obstacle("_layers/tarsum", error);
  for (const AliasFolder& aliases : found) read_aliases(from, aliases);
}

void read_other_algorithm(const RepositoryFolder& from,
                          const std::string& name) {
  if (name == "sha384" || name == "sha512")
    return read_aliases(from, {"_layers/" + name, name + ":"});
  if (name == "tarsum") return read_tarsum_aliases(from);
  from.report.foreign("_layers/" + name, "no layer link of the registry's");
}

}  // namespace

void scan_layers(const RepositoryFolder& from) {
  const Descriptor layers = open_part(from, "_layers");
  if (!layers) return;
  Repository& repository = from.repository();
  repository.has_layers_folder = true;
  const int error = for_each_entry(layers.get(), [&](FolderEntry entry) {
    if (entry.name != "sha256")
      read_other_algorithm(from, std::string(entry.name));
  });
  if (error != 0) from.report.obstacle("_layers", error);
  read_links(from, {"_layers/sha256", FindingKind::bad_layer_link,
                    repository.layers, repository.empty_layers});
}

}  // namespace dregs
