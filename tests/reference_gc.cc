// Roots, then everything they need, again and again until nothing is added:
// a pin or a referrer found late makes more roots. What is left goes.
#include "tests/reference_gc.h"

#include "tests/reference_store.h"
#include "tests/store_builder.h"

namespace dregs {
namespace {

using namespace reference;
using Digests = std::set<std::string>;

struct Closure {
  Digests live;
  Digests manifests;  // named as such, whether there or not
};

class Collector {
 public:
  Collector(const std::filesystem::path& v2, bool delete_untagged)
      : v2_(v2),
        delete_untagged_(delete_untagged),
        repositories_(read_repositories(v2)) {
    for (const Repository& repository : repositories_) {
      for (const auto& [digest, link] : repository.layers) {
        if (link) aliases_[digest].insert(*link);
      }
    }
  }

  ReferencePlan plan() {
    for (Repository& repository : repositories_) look_among_layers(repository);
    for (Repository& repository : repositories_) look_for_doubt(repository);
    for (Repository& repository : repositories_) share_doubt(repository);
    for (Repository& repository : repositories_) collect(repository);
    for (const auto& [repository, live] : free_)
      remove_links(*repository, live);
    for (const std::string& digest : read_blobs(v2_)) {
      if (plan_.live.contains(digest)) continue;
      plan_.blobs.insert(digest);
      plan_.paths.insert(
          StoreBuilder::blob_path(Digest::parse(digest).value()));
    }
    return plan_;
  }

 private:
  void collect(Repository& repository) {
    Digests roots = roots_of(repository);
    Closure closed;
    std::size_t before = 0;
    do {
      before = roots.size();
      closed = closure(repository, roots);
      // A closure that cannot be resolved pins: start from all there is.
      roots.merge(roots_of(repository));
      roots.merge(referrers_of(repository, closed.manifests));
    } while (roots.size() != before);
    if (repository.pinned) closed.live.merge(all_layers(repository));
    plan_.live.insert(closed.live.begin(), closed.live.end());
    for (const std::string& digest : closed.manifests) {
      for (const std::string& need : manifest(digest).needs) {
        if (!has_own_link(repository, need)) borrowed_.insert(need);
      }
    }
    if (repository.pinned) {
      plan_.pinned.insert(repository.name);
    } else {
      free_.emplace_back(&repository, closed.live);
    }
  }

  // In all there is, whatever of it is to be kept: a doubt pins.
  void look_for_doubt(Repository& repository) {
    Digests named;
    for (const auto& [digest, link] : repository.revisions) {
      named.insert(digest);
    }
    for (const auto& [name, tag] : repository.tags) {
      if (tag.current) named.insert(*tag.current);
    }
    for (const std::string& digest : named) {
      if (!manifest(digest).understood) repository.pinned = true;
    }
    declared_.insert(named.begin(), named.end());
    named.merge(roots_of(repository));
    for (const std::string& digest : closure(repository, named).manifests) {
      const Manifest& expanded = manifest(digest);
      declared_.insert(expanded.manifests.begin(), expanded.manifests.end());
      if (expanded.subject) declared_.insert(*expanded.subject);
      suspected_.insert(digest);
    }
  }

  // Somebody else's manifest is corrupt, and a link of this repository leads
  // to it too.
  void share_doubt(Repository& repository) {
    Digests linked = roots_of(repository);
    for (const auto& [digest, link] : repository.layers) linked.insert(digest);
    for (const std::string& digest : linked) {
      const Manifest& what = manifest(digest);
      const bool was_manifest =
          declared_.contains(digest) ||
          (suspected_.contains(digest) && what.looks_like_one);
      if (was_manifest && !what.missing && !what.sound) {
        repository.pinned = true;
      }
    }
  }

  // Links that no image needs and that lead to manifests: servers up to 2.8
  // serve those by digest, for registry 2.1 linked manifests so.
  void look_among_layers(Repository& repository) {
    Digests images = roots_of(repository);
    for (const auto& [digest, link] : repository.revisions) {
      images.insert(digest);
      if (link) images.insert(*link);
    }
    const Digests needed = closure(repository, images).live;
    for (const auto& [digest, link] : repository.layers) {
      const std::string target = link.value_or(digest);
      const Manifest& what = manifest(target);
      if (!needed.contains(target) && !what.missing && what.sound &&
          what.served && !repository.revisions.contains(target))
        manifests_among_layers_[repository.name].insert(target);
    }
  }

  Digests roots_of(const Repository& repository) {
    Digests roots;
    if (!delete_untagged_ || repository.pinned) {
      const Digests& found = manifests_among_layers_[repository.name];
      roots.insert(found.begin(), found.end());
    }
    for (const auto& [name, tag] : repository.tags) {
      if (tag.current) roots.insert(*tag.current);
      // Which of them the tag named is not known: all of them may be it.
      if (!tag.current) roots.insert(tag.history.begin(), tag.history.end());
    }
    for (const auto& [digest, link] : repository.revisions) {
      if (!delete_untagged_ || repository.pinned) roots.insert(digest);
      if (link && repository.pinned) roots.insert(*link);
    }
    // An alias leads to another name by design, any other link by damage.
    for (const auto& [digest, link] : repository.layers) {
      const bool is_alias = !digest.starts_with("sha256:");
      if (link && link != digest && !is_alias) roots.insert(*link);
    }
    return roots;
  }

  // Layers are blobs: whatever they look like, they need nothing.
  static Digests all_layers(const Repository& repository) {
    Digests layers;
    for (const auto& [digest, link] : repository.layers) {
      layers.insert(digest);
      if (link) layers.insert(*link);
    }
    return layers;
  }

  Closure closure(Repository& repository, const Digests& roots) {
    Closure closed;
    Digests& live = closed.live;
    std::vector<std::string> stack(roots.begin(), roots.end());
    while (!stack.empty()) {
      const std::string digest = stack.back();
      stack.pop_back();
      if (!closed.manifests.insert(digest).second) continue;
      live.merge(resolve(repository, digest));
      const Manifest& parent = manifest(digest);
      // A referrer keeps its subject, unless that was deleted.
      if (parent.subject && repository.revisions.contains(*parent.subject)) {
        stack.push_back(*parent.subject);
      }
      for (const std::string& need : parent.needs) {
        live.merge(resolve(repository, need));
        const bool may_be_manifest = parent.needs_all_it_says ||
                                     parent.children.contains(need) ||
                                     is_named(repository, need);
        if (may_be_manifest) stack.push_back(need);
        if (is_lost(parent, need)) repository.pinned = true;
      }
    }
    for (const std::string& digest : closed.manifests) {
      const auto signed_by = repository.signatures.find(digest);
      if (signed_by != repository.signatures.end() &&
          repository.revisions.contains(digest))
        live.insert(signed_by->second.begin(), signed_by->second.end());
    }
    return closed;
  }

  static bool is_named(const Repository& repository,
                       const std::string& digest) {
    if (repository.revisions.contains(digest)) return true;
    for (const auto& [name, tag] : repository.tags) {
      if (tag.current == digest) return true;
    }
    return false;
  }

  // An index calls it a manifest or it looks like one; it is there, and nobody
  // can read it.
  bool is_lost(const Manifest& parent, const std::string& child) {
    const Manifest& what = manifest(child);
    if (!parent.children.contains(child) || what.missing) return false;
    if (parent.manifests.contains(child)) return !what.understood;
    return what.looks_like_one && !what.sound;
  }

  bool has_own_link(const Repository& repository, const std::string& digest) {
    const auto found = repository.layers.find(digest);
    return found != repository.layers.end() && found->second &&
           !manifest(*found->second).missing;
  }

  // What else a digest may stand for: another repository's alias is as good
  // as one's own. Where nothing is found, nobody can say which blob is meant.
  Digests resolve(Repository& repository, const std::string& digest) {
    Digests resolved{digest};
    if (digest.starts_with("sha256:")) return resolved;
    bool found = false;
    for (const std::string& target : aliases_[digest]) {
      resolved.insert(target);
      found |= !manifest(target).missing;
    }
    if (!found) repository.pinned = true;
    return resolved;
  }

  Digests referrers_of(const Repository& repository, const Digests& manifests) {
    Digests roots;
    for (const auto& [digest, link] : repository.revisions) {
      const Link& subject = manifest(digest).subject;
      if (subject && manifests.contains(*subject)) roots.insert(digest);
    }
    for (const std::string& digest : manifests_among_layers_[repository.name]) {
      const Link& subject = manifest(digest).subject;
      if (subject && manifests.contains(*subject)) roots.insert(digest);
    }
    return roots;
  }

  void remove_links(const Repository& repository, const Digests& live) {
    for (const auto& [digest, link] : repository.revisions) {
      if (!live.contains(digest)) remove_revision(repository, digest);
    }
    for (const auto& [digest, link] : repository.layers) {
      const bool dangles = link != digest && manifest(*link).missing;
      const bool is_alias = !digest.starts_with("sha256:");
      const bool is_lent = is_alias && borrowed_.contains(digest);
      if (live.contains(digest) || dangles || is_lent) continue;
      plan_.layer_links.emplace(repository.name, digest);
      plan_.paths.insert(
          StoreBuilder::layer_link_path(repository.name, digest));
    }
    for (const auto& [name, tag] : repository.tags) {
      for (const std::string& digest : tag.history) {
        const bool kept =
            repository.revisions.contains(digest) && live.contains(digest);
        if (!tag.current || tag.current == digest || kept) continue;
        plan_.tag_history.emplace(repository.name, name, digest);
        plan_.paths.insert(StoreBuilder::history_path(
            repository.name, name, Digest::parse(digest).value()));
      }
    }
  }

  void remove_revision(const Repository& repository,
                       const std::string& digest) {
    const std::string path = StoreBuilder::revision_path(
        repository.name, Digest::parse(digest).value());
    const std::string folder = path.substr(0, path.size() - 4);
    plan_.revisions.emplace(repository.name, digest);
    plan_.paths.insert(path);
    const auto signatures = repository.signatures.find(digest);
    if (signatures == repository.signatures.end()) return;
    for (const std::string& signature : signatures->second) {
      plan_.paths.insert(folder + "signatures/sha256/" +
                         Digest::parse(signature).value().hex() + "/link");
    }
  }

  const Manifest& manifest(const std::string& digest) {
    const auto found = manifests_.find(digest);
    if (found != manifests_.end()) return found->second;
    return manifests_[digest] = read_manifest(v2_, digest);
  }

  std::filesystem::path v2_;
  bool delete_untagged_;
  std::vector<Repository> repositories_;
  std::map<std::string, Digests> aliases_;
  std::vector<std::pair<const Repository*, Digests>> free_;  // with what lives
  Digests borrowed_;  // what only links of other repositories lead to
  std::map<std::string, Manifest> manifests_;
  std::map<std::string, Digests> manifests_among_layers_;  // by repository
  Digests declared_;   // somebody calls it a manifest
  Digests suspected_;  // it might be one
  ReferencePlan plan_;
};

}  // namespace

ReferencePlan reference_gc(const std::filesystem::path& v2,
                           bool delete_untagged) {
  return Collector(v2, delete_untagged).plan();
}

}  // namespace dregs
