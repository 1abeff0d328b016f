#include "scanner/disk/repository_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "scanner/disk/repository_scan.h"
#include "scanner/files/entry_type.h"
#include "scanner/files/layer_times.h"
#include "scanner/files/left_over.h"
#include "scanner/files/link_folder.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/inventory/repository_fingerprint.h"

namespace dregs {
namespace {

// Where links of one kind go, and what a bad one is called.
struct LinkDestination {
  std::string folder;  // relative to the repository
  FindingKind bad{};
  std::vector<Digest>& digests;
  std::vector<Digest>& empty;
};

class RepositoryScanner {
 public:
  RepositoryScanner(const RepositoryPlace& place, int folder,
                    const StopRequest& stop, ScanProgress& progress,
                    RepositoryScan& scan)
      : place_(place),
        folder_(folder),
        stop_(stop),
        progress_(progress),
        scan_(scan),
        report_(scan) {}

  void run() {
    repository().name = place_.name;
    descriptor_status(folder_, status_);
    judge_place();
    scan_manifests();
    scan_layers();
    if (const Descriptor uploads = open_part("_uploads"))
      dregs::scan_uploads(uploads.get(), stop_, report_);
    judge_parts(report_);
    if (is_layers_only(repository()))
      repository().layers_only = newest_layer_times(folder_, repository());
    sort_parts(repository());
    repository().fingerprint = fingerprint_of(repository());
  }

 private:
  Repository& repository() { return scan_.repository; }

  void judge_place() {
    judge_name(place_.hidden, report_);
    if (place_.through_symbolic_link)
      report_.pin(FindingKind::symbolic_link, "",
                  "the registry follows it; nothing is removed through it");
    if (place_.other_filesystem)
      report_.pin(FindingKind::other_filesystem, "",
                  "another filesystem is mounted here; nothing is removed");
  }

  // Opens a folder of the repository's own structure; invalid where there is
  // none. Whatever is odd about it is reported, and pins.
  Descriptor open_part(const std::string& below) {
    FileStatus status;
    int error = file_status(folder_, below.c_str(), status);
    if (error == ENOENT) return Descriptor();
    if (error == 0 && status.symbolic_link()) {
      report_.pin(FindingKind::symbolic_link, below,
                  "the registry follows it; nothing is removed through it");
      error = followed_status(folder_, below.c_str(), status);
    }
    if (error == 0 && !status.folder()) {
      report_.pin(FindingKind::not_a_folder, below,
                  "a file where the registry needs a folder");
      return Descriptor();
    }
    if (error == 0 && status.device != status_.device)
      report_.pin(FindingKind::other_filesystem, below,
                  "another filesystem is mounted here; nothing is removed");
    Descriptor opened = open_folder(folder_, below);
    if (!opened)
      report_.obstacle(below, error != 0 ? error : errno);
    else
      repository().folders.push_back(below);
    return opened;
  }

  void scan_manifests() {
    const Descriptor manifests = open_part("_manifests");
    if (!manifests) return;
    repository().has_manifests_folder = true;
    note_foreign(manifests.get(), "_manifests", {"revisions", "tags"});
    if (const Descriptor revisions = open_part("_manifests/revisions"))
      scan_revisions(revisions.get());
    if (const Descriptor tags = open_part("_manifests/tags")) {
      repository().has_tags_folder = true;
      scan_tags(tags.get(), stop_, progress_, report_);
    }
  }

  void note_foreign(int folder, const std::string& below,
                    std::initializer_list<std::string_view> known) {
    const int error = for_each_entry(folder, [&](FolderEntry entry) {
      if (std::find(known.begin(), known.end(), entry.name) == known.end())
        report_.foreign(below + "/" + std::string(entry.name),
                        "not written by a registry; it is left alone");
    });
    if (error != 0) report_.obstacle(below, error);
  }

  void scan_revisions(int revisions) {
    const std::string below = "_manifests/revisions";
    const int error = for_each_entry(revisions, [&](FolderEntry entry) {
      const std::string path = below + "/" + std::string(entry.name);
      if (entry.name == "sha256") return;
      if (entry_type(revisions, entry) == EntryType::file ||
          is_litter(entry.name))
        return report_.foreign(path, "not a revision of the registry's");
      report_.pin(FindingKind::foreign_algorithm, path,
                  "the registry names manifests by sha256 only; all that is "
                  "linked here is kept");
      keep_targets(path);
    });
    if (error != 0) report_.obstacle(below, error);
    repository().has_revisions_folder =
        read_links({below + "/sha256", FindingKind::bad_revision_link,
                    repository().revisions, repository().empty_revisions});
  }

  // What the folders' names stand for nobody knows, but a server reads the
  // links in them.
  void keep_targets(const std::string& below) {
    const Descriptor folder = open_folder(folder_, below);
    const auto visit = [&](FolderEntry entry) {
      const std::string name(entry.name);
      const Link link = read_link(folder.get(), (name + "/link").c_str());
      if (link.target) repository().led_to.push_back(*link.target);
      keep_otherwise(link, below.substr(below.rfind('/') + 1) + ":" + name,
                     repository());
    };
    const int error = folder ? for_each_entry(folder.get(), visit) : errno;
    if (error != 0) report_.obstacle(below, error);
  }

  void scan_layers() {
    const Descriptor layers = open_part("_layers");
    if (!layers) return;
    repository().has_layers_folder = true;
    const int error = for_each_entry(layers.get(), [&](FolderEntry entry) {
      const std::string name(entry.name);
      if (name == "sha256") return;
      if (name == "sha384" || name == "sha512")
        return read_aliases("_layers/" + name, name + ":");
      if (name == "tarsum") return read_tarsum_aliases();
      report_.foreign("_layers/" + name, "no layer link of the registry's");
    });
    if (error != 0) report_.obstacle("_layers", error);
    read_links({"_layers/sha256", FindingKind::bad_layer_link,
                repository().layers, repository().empty_layers});
  }

  // Whether there is such a folder.
  bool read_links(const LinkDestination& to) {
    const Descriptor folder = open_part(to.folder);
    if (!folder) return false;
    LinkFolder links = read_link_folder(folder.get(), stop_);
    if (links.error != 0) report_.obstacle(to.folder, links.error);
    progress_.links += links.sound.size();
    to.digests = std::move(links.sound);
    for (const NamedLink& link : links.unsound) unsound(to, folder.get(), link);
    for (const std::string& name : links.foreign)
      report_.foreign(to.folder + "/" + name, "no link of the registry's");
    for (const std::string& name : links.odd)
      report_.pin(to.bad, to.folder + "/" + name,
                  "a folder whose name is not a digest");
    return true;
  }

  void unsound(const LinkDestination& to, int folder, const NamedLink& named) {
    const std::string below = to.folder + "/" + named.name.hex();
    if (named.link.state == LinkState::missing && !named.through_symbolic_link)
      return without_link(to, folder, below, named.name);
    report_unsound_link(named, to.folder, to.bad, to.digests, report_);
  }

  // What the API's deletion leaves: a folder without its link.
  void without_link(const LinkDestination& to, int folder,
                    const std::string& below, const Digest& name) {
    if (is_left_over(folder, name.hex(), below))
      to.empty.push_back(name);
    else
      repository().linkless.push_back(below);
  }

  // Whether nothing but temporary files is left in a folder without its link.
  bool is_left_over(int folder, const std::string& name,
                    const std::string& below) {
    const LeftOver left = look_at_left_over(folder, name, status_.device);
    for (const auto& [file, status] : left.temporary_files)
      report_temporary(fmt::format("{}/{}", below, file), status, report_);
    for (const std::string& file : left.litter)
      report_.litter(fmt::format("{}/{}", below, file));
    if (!left.is_own())
      report_.foreign(below, left.error != 0
                                 ? std::strerror(left.error)
                                 : "has no link, yet holds other files");
    return left.can_go();
  }

  void read_aliases(const std::string& below, const std::string& prefix) {
    const Descriptor folder = open_part(below);
    if (!folder) return;
    const int error = for_each_entry(folder.get(), [&](FolderEntry entry) {
      const std::string name(entry.name);
      const bool odd = !is_alias_name(prefix + name);
      const Link link = read_link(folder.get(), (name + "/link").c_str());
      if (odd && (is_litter_without_link(folder.get(), name) ||
                  entry_type(folder.get(), entry) == EntryType::file))
        return report_.foreign(below + "/" + name,
                               "not a link of the registry's");
      if (link.state == LinkState::missing && !odd) {
        if (is_left_over(folder.get(), name, below + "/" + name))
          repository().empty_aliases.push_back(prefix + name);
        else
          repository().linkless.push_back(below + "/" + name);
        return;
      }
      add_alias(link, below + "/" + name, prefix + name, report_);
    });
    if (error != 0) report_.obstacle(below, error);
  }

  // _layers/tarsum/<version>/<alg>/<hex>/link, of registries before 2.3.
  void read_tarsum_aliases() {
    const Descriptor tarsum = open_part("_layers/tarsum");
    if (!tarsum) return;
    std::vector<std::pair<std::string, std::string>> folders;
    const int error = for_each_entry(tarsum.get(), [&](FolderEntry version) {
      const std::string v(version.name);
      const std::string below = "_layers/tarsum/" + v;
      if (is_litter(v)) return report_.litter(below);
      const Descriptor inside = open_part(below);
      if (!inside) return;
      const auto visit = [&](FolderEntry algorithm) {
        const std::string a(algorithm.name);
        if (is_litter(a)) return report_.litter(below + "/" + a);
        folders.emplace_back(below + "/" + a, "tarsum." + v + "+" + a + ":");
      };
      if (const int failed = for_each_entry(inside.get(), visit))
        report_.obstacle(below, failed);
    });
    if (error != 0) report_.obstacle("_layers/tarsum", error);
    for (const auto& [below, prefix] : folders) read_aliases(below, prefix);
  }

  const RepositoryPlace& place_;
  int folder_;
  const StopRequest& stop_;
  ScanProgress& progress_;
  RepositoryScan& scan_;
  RepositoryReport report_;
  FileStatus status_;
};

}  // namespace

RepositoryScan scan_repository(const RepositoryPlace& place, int folder,
                               const StopRequest& stop,
                               ScanProgress& progress) {
  RepositoryScan scan;
  RepositoryScanner(place, folder, stop, progress, scan).run();
  return scan;
}

}  // namespace dregs
