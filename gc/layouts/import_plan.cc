#include "gc/layouts/import_plan.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <stdexcept>

#include "scanner/formats/escaped.h"
#include "scanner/formats/layout.h"
#include "scanner/manifests/manifest_details.h"

namespace dregs {
namespace {

using State = BlobContent::State;

[[noreturn]] void cannot_import(const std::string& what, std::string_view why) {
  throw std::runtime_error(fmt::format("{}: {}", escaped(what), why));
}

struct ImageName {
  std::string repository;
  std::optional<std::string> tag;  // none: the digest names it
};

ImageName parse_name(const std::string& name, const Digest& digest) {
  const std::size_t at = name.rfind("@sha256:");
  if (at != std::string::npos) {
    if (name.substr(at + 1) != digest.to_string())
      cannot_import(name, "is the name of another image in the layout's index");
    return {name.substr(0, at), std::nullopt};
  }
  const std::size_t colon = name.rfind(':');
  if (colon != std::string::npos && name.find('/', colon) == std::string::npos)
    return {name.substr(0, colon), name.substr(colon + 1)};
  return {"", name};
}

ImageName checked(const LayoutEntry& entry,
                  const std::optional<std::string>& repository) {
  ImageName name = parse_name(entry.name, entry.digest);
  if (repository) name.repository = *repository;
  if (name.tag && !layout::is_legal_tag(*name.tag))
    cannot_import(entry.name, "does not end in a tag that a registry takes");
  if (name.repository.empty())
    cannot_import(entry.name,
                  "is a tag without a repository; name one: import DIR REPO");
  if (!layout::is_legal_repository_name(name.repository))
    cannot_import(name.repository, "is no name of a repository");
  return name;
}

void require_servable(const Manifest& manifest, const Digest& digest,
                      const std::string& who) {
  if (!manifest.understood() || manifest.refused || !is_served(manifest.kind) ||
      manifest.kind == ManifestKind::schema1)
    cannot_import(who,
                  fmt::format("its manifest {} is none that a registry serves",
                              digest.to_string()));
  if (!manifest.other_references.empty())
    cannot_import(who,
                  fmt::format("its manifest names {} by another algorithm than "
                              "sha256",
                              manifest.other_references.front().digest));
}

// The manifests that were read: the layout's, else the registry's own.
class ReadManifests {
 public:
  ReadManifests(const LayoutSource& layout, const StoreReader& store)
      : layout_(layout), store_(store) {}

  const ManifestDetails& get(const Digest& digest, const std::string& who) {
    const auto known = read_.find(digest);
    if (known != read_.end()) return known->second;
    std::optional<std::string> bytes = layout_.manifest(digest);
    if (!bytes) {
      BlobContent content = store_.read_blob(digest, kLargestServedManifest);
      if (content.state != State::sound)
        cannot_import(who,
                      fmt::format("its manifest {} is neither in {} nor in the "
                                  "registry",
                                  digest.to_string(), escaped(layout_.path())));
      bytes = std::move(content.bytes);
    }
    return read_.emplace(digest, describe_manifest(*bytes)).first->second;
  }

 private:
  const LayoutSource& layout_;
  const StoreReader& store_;
  std::map<Digest, ManifestDetails> read_;
};

// What has to be there before a link may lead to it.
class NeededBlobs {
 public:
  NeededBlobs(const LayoutSource& layout, const StoreReader& store)
      : layout_(layout), store_(store) {}

  // False where nobody has it, and nobody has to.
  bool need(const Reference& reference, const std::string& who) {
    if (reference.may_be_absent && !layout_.size_of(reference.digest) &&
        store_.stat_blob(reference.digest).state == State::missing)
      return false;
    need(reference.digest, reference.size, who);
    return true;
  }

  void need(const Digest& digest, std::int64_t declared,
            const std::string& who) {
    if (blobs_.contains(digest)) return;
    const auto in_layout = layout_.size_of(digest);
    const BlobContent stored = store_.stat_blob(digest);
    const std::uint64_t size =
        in_layout ? *in_layout : static_cast<std::uint64_t>(declared);
    const bool is_stored = stored.state != State::missing;
    if (!is_stored && !in_layout)
      cannot_import(who,
                    fmt::format("{} is neither in {} nor in the registry",
                                digest.to_string(), escaped(layout_.path())));
    if (is_stored &&
        (stored.state != State::sound || (size != 0 && stored.size != size)))
      cannot_import(who,
                    fmt::format("the registry's own {} is damaged; repair it "
                                "first: dregs verify --quarantine",
                                digest.to_string()));
    blobs_.emplace(digest, is_stored ? std::nullopt : in_layout);
  }

  void add_to(ImportPlan& plan) const {
    for (const auto& [digest, bytes] : blobs_) {
      if (!bytes) {
        ++plan.there;
        continue;
      }
      plan.blobs.push_back(digest);
      plan.bytes += *bytes;
    }
  }

 private:
  const LayoutSource& layout_;
  const StoreReader& store_;
  // With its bytes where the store lacks it.
  std::map<Digest, std::optional<std::uint64_t>> blobs_;
};

std::optional<Digest> subject_of(const ManifestDetails& details) {
  return details.subject ? Digest::parse(details.subject->digest)
                         : std::nullopt;
}

class Planner {
 public:
  Planner(const LayoutSource& layout, const StoreReader& store,
          const std::optional<std::string>& repository)
      : layout_(layout),
        store_(store),
        repository_(repository),
        manifests_(layout, store),
        blobs_(layout, store) {}

  ImportPlan plan() {
    std::vector<Digest> nameless;
    for (const LayoutEntry& entry : layout_.entries())
      if (entry.name.empty())
        nameless.push_back(entry.digest);
      else
        take_named(entry);
    while (take_referrers(nameless)) {
    }
    for (const Digest& digest : nameless) take_elsewhere(digest);
    for (const auto& [name, digest] : tags_)
      plan_.tags.push_back(
          {name.first, name.second, digest,
           store_.link_target(layout::current_link(name.first, name.second))});
    plan_.layers.assign(layers_.begin(), layers_.end());
    blobs_.add_to(plan_);
    return std::move(plan_);
  }

 private:
  void take_named(const LayoutEntry& entry) {
    const ImageName name = checked(entry, repository_);
    take_manifest(name.repository, entry.digest, entry.name);
    if (!name.tag) return;
    const auto [at, fresh] =
        tags_.try_emplace({name.repository, *name.tag}, entry.digest);
    if (!fresh && at->second != entry.digest)
      cannot_import(
          name.repository + ":" + *name.tag,
          "would be two images of the layout; import them one by one");
  }

  // True where one of them found its place, so that others may.
  bool take_referrers(std::vector<Digest>& nameless) {
    bool any = false;
    for (const Digest& digest : nameless) {
      const std::vector<std::string> repositories = repositories_about(digest);
      for (const std::string& repository : repositories)
        any |= take_manifest(repository, digest,
                             repository + "@" + digest.to_string());
    }
    return any;
  }

  std::vector<std::string> repositories_about(const Digest& referrer) {
    const auto subject =
        subject_of(manifests_.get(referrer, referrer.to_string()));
    std::vector<std::string> found;
    for (const ImportedLink& link : taken_)
      if (link.digest == subject) found.push_back(link.repository);
    return found;
  }

  // Whoever names a repository means all of the layout.
  void take_elsewhere(const Digest& digest) {
    for (const ImportedLink& link : taken_)
      if (link.digest == digest) return;
    if (!repository_)
      cannot_import(
          digest.to_string(),
          "has no name in the layout; name a repository: import DIR REPO");
    take_manifest(*repository_, digest, digest.to_string());
  }

  bool take_manifest(const std::string& repository, const Digest& digest,
                     const std::string& who) {
    if (!taken_.insert({repository, digest}).second) return false;
    const ManifestDetails& details = manifests_.get(digest, who);
    require_servable(details.manifest, digest, who);
    blobs_.need(digest, 0, who);
    for (const Reference& reference : details.manifest.references) {
      if (reference.role == ReferenceRole::subject) continue;
      if (reference.role == ReferenceRole::child)
        take_manifest(repository, reference.digest, who);
      else if (blobs_.need(reference, who))
        layers_.insert({repository, reference.digest});
    }
    plan_.manifests.push_back({repository, digest});
    return true;
  }

  const LayoutSource& layout_;
  const StoreReader& store_;
  const std::optional<std::string>& repository_;
  ImportPlan plan_;
  std::set<ImportedLink> taken_;  // manifests
  std::set<ImportedLink> layers_;
  std::map<std::pair<std::string, std::string>, Digest> tags_;
  ReadManifests manifests_;
  NeededBlobs blobs_;
};

}  // namespace

ImportPlan plan_import(const LayoutSource& layout, const StoreReader& store,
                       const std::optional<std::string>& repository) {
  if (repository && !layout::is_legal_repository_name(*repository))
    cannot_import(*repository, "is no name of a repository");
  return Planner(layout, store, repository).plan();
}

}  // namespace dregs
