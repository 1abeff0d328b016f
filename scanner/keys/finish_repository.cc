#include "scanner/keys/finish_repository.h"

#include <algorithm>
#include <cerrno>

#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/keys/finish_parts.h"
#include "scanner/keys/key_entries.h"

namespace dregs {
namespace {

// Where links of one kind are.
struct LinkPart {
  std::string folder;
  FindingKind bad{};
  std::vector<Digest>& digests;  // sorted; those that are proved
  bool has_signatures = false;
};

class RepositoryFinisher {
 public:
  RepositoryFinisher(RepositoryKeys keys, FinishedRepository& result)
      : keys_(std::move(keys)), result_(result), report_(result.scan) {}

  void run(const std::string& name, bool hidden, std::vector<Upload> pending) {
    repository().name = name;
    repository().uploads = std::move(pending);
    repository().revisions = std::move(keys_.revisions);
    repository().layers = std::move(keys_.layers);
    judge_name(hidden, report_);
    take_what_is_proved();
    for (const KeyEntry& entry : entries_of("", keys_.others)) part(entry);
    finish_tags(keys_, tag_entries_, report_);
    finish_uploads(upload_entries_, report_);
    judge_parts(report_);
    if (is_layers_only(repository()))
      repository().layers_only =
          FileTimes{keys_.newest_layer_ns, keys_.newest_layer_ns};
    sort_parts(repository());
    repository().fingerprint = keys_.fingerprint;
    std::sort(result_.signatures.begin(), result_.signatures.end());
  }

 private:
  Repository& repository() { return result_.scan.repository; }

  void take_what_is_proved() {
    Repository& r = repository();
    r.has_revisions_folder = !r.revisions.empty();
    r.has_tags_folder = !keys_.tags.empty();
    r.has_manifests_folder = r.has_revisions_folder || r.has_tags_folder;
    r.has_layers_folder = !r.layers.empty();
  }

  void part(const KeyEntry& entry) {
    if (entry.file != nullptr) report_no_folder(entry, report_);
    if (!entry.is_folder()) return;
    const std::vector<KeyEntry> entries = entries_of(entry.path, entry.inside);
    if (entry.name == layout::kManifests)
      manifests(entries);
    else if (entry.name == layout::kLayers)
      layers(entries);
    else
      upload_entries_ = entries;
  }

  void manifests(const std::vector<KeyEntry>& entries) {
    repository().has_manifests_folder = true;
    for (const KeyEntry& entry : entries) {
      if (entry.name != "revisions" && entry.name != "tags") {
        report_.foreign(std::string(entry.path),
                        "not written by a registry; it is left alone");
        continue;
      }
      if (entry.file != nullptr) report_no_folder(entry, report_);
      if (!entry.is_folder()) continue;
      if (entry.name == "revisions") {
        revisions(entries_of(entry.path, entry.inside));
      } else {
        repository().has_tags_folder = true;
        tag_entries_ = entries_of(entry.path, entry.inside);
      }
    }
  }

  void revisions(const std::vector<KeyEntry>& algorithms) {
    for (const KeyEntry& entry : algorithms) {
      const std::string path(entry.path);
      if (entry.name == "sha256") {
        repository().has_revisions_folder |= entry.is_folder();
        links(entry, {path, FindingKind::bad_revision_link,
                      repository().revisions, true});
      } else if (!entry.is_folder() || is_litter(entry.name)) {
        report_.foreign(path, "not a revision of the registry's");
      } else {
        report_.pin(FindingKind::foreign_algorithm, path,
                    "the registry names manifests by sha256 only; all that is "
                    "linked here is kept");
        keep_targets(entry);
      }
    }
  }

  // What the folders' names stand for nobody knows, but a server reads the
  // links in them.
  void keep_targets(const KeyEntry& algorithm) {
    for (const KeyEntry& entry : entries_of(algorithm.path, algorithm.inside)) {
      const Link link = link_in(entry);
      if (link.target) repository().led_to.push_back(*link.target);
      keep_otherwise(
          link, std::string(algorithm.name) + ":" + std::string(entry.name),
          repository());
    }
  }

  void layers(const std::vector<KeyEntry>& entries) {
    repository().has_layers_folder = true;
    for (const KeyEntry& entry : entries) {
      const std::string name(entry.name);
      if (name == "sha256")
        links(entry, {std::string(entry.path), FindingKind::bad_layer_link,
                      repository().layers});
      else if (name == "sha384" || name == "sha512")
        aliases(entry, name + ":");
      else if (name == "tarsum")
        tarsum_aliases(entry);
      else
        report_.foreign(std::string(entry.path),
                        "no layer link of the registry's");
    }
  }

  void links(const KeyEntry& folder, LinkPart to) {
    if (folder.file != nullptr) report_no_folder(folder, report_);
    const std::vector<Digest> proved = to.digests;
    for (const KeyEntry& entry : entries_of(folder.path, folder.inside)) {
      if (entry.file != nullptr)
        report_.foreign(std::string(entry.path), "no link of the registry's");
      if (!entry.is_folder()) continue;
      const auto digest = Digest::from_hex(entry.name);
      if (!digest)
        no_digest(entry, to);
      else
        link(entry, *digest,
             std::binary_search(proved.begin(), proved.end(), *digest), to);
    }
  }

  void no_digest(const KeyEntry& entry, const LinkPart& to) {
    if (is_litter(entry.name) && link_in(entry).state == LinkState::missing)
      report_.foreign(std::string(entry.path), "no link of the registry's");
    else
      report_.pin(to.bad, std::string(entry.path),
                  "a folder whose name is not a digest");
  }

  void link(const KeyEntry& entry, const Digest& digest, bool proved,
            LinkPart& to) {
    const std::vector<KeyEntry> inside = entries_of(entry.path, entry.inside);
    if (!proved) {
      const Link link = link_in(entry);
      if (link.state == LinkState::missing)
        return report_left_over(entry, report_);
      if (link.names(digest))
        to.digests.push_back(digest);
      else
        report_unsound_link({digest, link}, to.folder, to.bad, to.digests,
                            report_);
    }
    const KeyEntry signatures =
        to.has_signatures ? entry_called("signatures", inside) : KeyEntry();
    if (!signatures.is_folder()) {
      report_beside(entry.path, inside, {"link"}, report_);
    } else {
      report_beside(entry.path, inside, {"link", "signatures"}, report_);
      add_signatures(digest, signatures);
    }
  }

  void add_signatures(const Digest& revision, const KeyEntry& folder) {
    const KeyEntry sha256 =
        entry_called("sha256", entries_of(folder.path, folder.inside));
    for (const KeyEntry& entry : entries_of(sha256.path, sha256.inside))
      if (const auto signature = Digest::from_hex(entry.name))
        result_.signatures.emplace_back(revision, *signature);
  }

  void aliases(const KeyEntry& folder, const std::string& prefix) {
    if (folder.file != nullptr) report_no_folder(folder, report_);
    for (const KeyEntry& entry : entries_of(folder.path, folder.inside))
      alias(entry, prefix + std::string(entry.name));
  }

  void alias(const KeyEntry& entry, const std::string& digest) {
    const std::string path(entry.path);
    const bool odd = !is_alias_name(digest);
    const Link link = link_in(entry);
    if (odd && (!entry.is_folder() ||
                (is_litter(entry.name) && link.state == LinkState::missing)))
      return report_.foreign(path, "not a link of the registry's");
    if (link.state == LinkState::missing && !odd)
      return report_left_over(entry, report_);
    add_alias(link, path, digest, report_);
    report_beside(path, entries_of(entry.path, entry.inside), {"link"},
                  report_);
  }

  // _layers/tarsum/<version>/<alg>/<hex>/link, of registries before 2.3.
  void tarsum_aliases(const KeyEntry& tarsum) {
    for_each_folder(tarsum, [this](const KeyEntry& version) {
      for_each_folder(version, [&](const KeyEntry& algorithm) {
        aliases(algorithm, "tarsum." + std::string(version.name) + "+" +
                               std::string(algorithm.name) + ":");
      });
    });
  }

  template <class Visit>
  void for_each_folder(const KeyEntry& folder, Visit visit) {
    if (folder.file != nullptr) report_no_folder(folder, report_);
    for (const KeyEntry& entry : entries_of(folder.path, folder.inside)) {
      if (is_litter(entry.name))
        report_.litter(std::string(entry.path));
      else
        visit(entry);
    }
  }

  RepositoryKeys keys_;
  FinishedRepository& result_;
  RepositoryReport report_;
  std::vector<KeyEntry> tag_entries_;
  std::vector<KeyEntry> upload_entries_;
};

}  // namespace

bool report_beside(std::string_view folder,
                   const std::vector<KeyEntry>& entries,
                   std::initializer_list<std::string_view> known,
                   RepositoryReport& report) {
  bool foreign = false;
  for (const KeyEntry& entry : entries) {
    const std::string path =
        std::string(folder) + "/" + std::string(entry.name);
    if (std::find(known.begin(), known.end(), entry.name) != known.end())
      continue;
    if (entry.file != nullptr && layout::is_temporary_name(entry.name)) {
      report.temporary(path, entry.file->size,
                       {entry.file->modified_ns, entry.file->modified_ns});
      if (!entry.is_folder()) continue;
    }
    foreign = foreign || !is_litter_file(entry.name);
    report.foreign(path, "not written by a registry; it is left alone");
  }
  return foreign;
}

void report_left_over(const KeyEntry& folder, RepositoryReport& report) {
  bool foreign = false;
  for (const KeyEntry& entry : entries_of(folder.path, folder.inside)) {
    if (is_litter_file(entry.name))
      report.litter(std::string(entry.path));
    else if (!entry.is_folder() && layout::is_temporary_name(entry.name))
      report.temporary(std::string(entry.path), entry.file->size,
                       {entry.file->modified_ns, entry.file->modified_ns});
    else
      foreign = true;
  }
  if (foreign)
    report.foreign(std::string(folder.path),
                   "has no link, yet holds other files");
}

void report_no_folder(const KeyEntry& entry, RepositoryReport& report) {
  report.pin(FindingKind::not_a_folder, std::string(entry.path),
             "a file where the registry needs a folder");
}

FinishedRepository finish_repository(const std::string& name, bool hidden,
                                     RepositoryKeys keys,
                                     std::vector<Upload> pending) {
  FinishedRepository result;
  RepositoryFinisher(std::move(keys), result)
      .run(name, hidden, std::move(pending));
  return result;
}

}  // namespace dregs
