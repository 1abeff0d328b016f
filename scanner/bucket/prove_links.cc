#include "scanner/bucket/prove_links.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <span>
#include <unordered_map>

#include "scanner/formats/layout.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

using DigestsByEtag = std::unordered_map<Md5, Digest>;

constexpr std::uint64_t kBytesOfSha256Link = 71;

Link sound_link(const Digest& target) {
  Link link;
  link.state = LinkState::sound;
  link.target = target;
  return link;
}

std::optional<Link> link_by_etag(const DigestsByEtag& known, std::uint64_t size,
                                 const std::optional<Md5>& etag) {
  if (size != kBytesOfSha256Link || !etag) return std::nullopt;
  const auto found = known.find(*etag);
  return found == known.end() ? std::nullopt
                              : std::optional(sound_link(found->second));
}

std::size_t components(std::string_view path) {
  return 1 +
         static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

bool is_alias(std::string_view below) {
  return below.starts_with("_layers/") && below.ends_with("/link") &&
         !below.starts_with("_layers/sha256/") &&
         components(below) == (below.starts_with("_layers/tarsum/") ? 6U : 4U);
}

// A link, or what may be somebody's copy of one.
bool is_worth_reading(std::string_view below) {
  if (below.starts_with("_manifests/tags/")) return components(below) == 3;
  const bool revision =
      below.starts_with("_manifests/revisions/") && components(below) == 5;
  const bool layer =
      below.starts_with("_layers/sha256/") && components(below) == 4;
  return is_alias(below) || ((revision || layer) && below.ends_with("/link"));
}

// A tag means what some revision or history entry of its repository is named
// by, and the newest of its own history nearly always.
void prove_tags(RepositoryKeys& keys) {
  if (keys.tags.empty()) return;
  DigestsByEtag known;
  for (const Digest& digest : keys.revisions)
    known.emplace(md5_of_link(digest), digest);
  for (const HistoryKey& entry : keys.history)
    known.emplace(md5_of_link(entry.digest), entry.digest);
  for (TagKeys& tag : keys.tags)
    if (tag.has_link) tag.link = link_by_etag(known, tag.size, tag.etag);
}

// What it leads to has nearly always a link of its own beside it.
void prove_aliases(RepositoryKeys& keys) {
  DigestsByEtag known;
  for (OtherKey& key : keys.others) {
    if (!is_alias(key.below)) continue;
    if (known.empty())
      for (const Digest& digest : keys.layers)
        known.emplace(md5_of_link(digest), digest);
    key.link = link_by_etag(known, key.size, key.etag);
  }
}

// A link that has to be read.
struct WantedLink {
  const std::string* repository = nullptr;
  std::string below;
  std::optional<Md5> etag;
  Link link;
};

std::string path_of(const Digest& layer) {
  return "_layers/sha256/" + layer.hex() + "/link";
}

void set_unreadable(Link& link, int error) {
  link.state = LinkState::unreadable;
  link.error = error;
}

// Whether the ETag is the MD5 of what was read.
bool read_link_of(const BucketRoot& root, WantedLink& wanted) {
  const std::string key =
      root.key(layout::repository(*wanted.repository)) + "/" + wanted.below;
  try {
    if (const auto bytes = root.store.get(key, kMostLinkBytes)) {
      wanted.link = parse_link(*bytes);
      return wanted.etag == md5(*bytes);
    }
    // It was listed: somebody removes what is here.
    set_unreadable(wanted.link, ENOENT);
  } catch (const StorageError& error) {
    if (!is_about_the_object(error)) throw;
    set_unreadable(wanted.link, EACCES);
  }
  return true;
}

// Links to be read, and where what they hold belongs; parallel.
struct WantedLinks {
  std::vector<WantedLink> links;
  std::vector<std::optional<Link>*> into;

  void want(const std::string& repository, std::string below,
            std::uint64_t size, const std::optional<Md5>& etag,
            std::optional<Link>& link) {
    if (link) return;
    if (size == 0 || size >= kMostLinkBytes) {
      link = parse_link("");
      return;
    }
    links.push_back({&repository, std::move(below), etag, {}});
    into.push_back(&link);
  }
};

// Links by which manifests are found, and all that is odd.
WantedLinks links_that_decide(KeysByRepository& repositories) {
  WantedLinks wanted;
  for (auto& [name, keys] : repositories) {
    for (TagKeys& tag : keys.tags)
      if (tag.has_link)
        wanted.want(name, "_manifests/tags/" + tag.name + "/current/link",
                    tag.size, tag.etag, tag.link);
    for (OtherKey& key : keys.others)
      if (is_worth_reading(key.below))
        wanted.want(name, key.below, key.size, key.etag, key.link);
  }
  return wanted;
}

class LinkProver {
 public:
  LinkProver(const BucketRoot& root, const StopRequest& stop,
             KeysByRepository& repositories)
      : root_(root), stop_(stop), repositories_(repositories) {}

  ProvedLinks run() {
    for (auto& [name, keys] : repositories_) {
      prove_tags(keys);
      prove_aliases(keys);
    }
    read_what_decides();
    read_layers();
    return proved_;
  }

 private:
  void read_what_decides() {
    WantedLinks wanted = links_that_decide(repositories_);
    read(wanted.links);
    if (stop_.requested()) return;
    for (std::size_t i = 0; i < wanted.links.size(); ++i)
      *wanted.into[i] = std::move(wanted.links[i].link);
  }

  void read_layers() {
    std::vector<WantedLink> wanted;
    std::size_t links = 0;
    for (auto& [name, keys] : repositories_) {
      links += keys.layers.size();
      for (const UnprovedLayer& layer : keys.unproved_layers)
        wanted.push_back({&name, path_of(layer.digest), layer.etag, {}});
    }
    const std::size_t few = std::max(kLayerLinksRead, links / 100);
    for (std::size_t at = 0; at < wanted.size() && !stop_.requested();) {
      const bool many = wanted.size() > few;
      if (many && etags_are_other_) return take_by_name(wanted, at);
      const std::size_t count = std::min(kLayerLinksRead, wanted.size() - at);
      const auto portion = std::span(wanted).subspan(at, count);
      read(portion);
      at += count;
    }
    if (!stop_.requested()) take_by_name(wanted, wanted.size());
  }

  // Those behind the first `read` are believed.
  void take_by_name(std::vector<WantedLink>& wanted, std::size_t read) {
    std::size_t at = 0;
    for (auto& [name, keys] : repositories_) {
      if (keys.unproved_layers.empty()) continue;
      for (const UnprovedLayer& layer : keys.unproved_layers) {
        WantedLink& link = wanted[at];
        if (at >= read || link.link.names(layer.digest))
          keys.layers.push_back(layer.digest);
        else
          keys.others.push_back({std::move(link.below), kBytesOfSha256Link, 0,
                                 layer.etag, std::move(link.link)});
        proved_.taken_by_name += at >= read ? 1 : 0;
        ++at;
      }
      keys.unproved_layers.clear();
      std::sort(keys.layers.begin(), keys.layers.end());
      keys.sort_others();
    }
  }

  void read(std::span<WantedLink> wanted) {
    std::atomic<bool> others = false;
    at_once(root_.connections, wanted.size(), [&](std::size_t i) {
      if (stop_.requested()) return;
      const bool has_md5 = read_link_of(root_, wanted[i]);
      if (!has_md5) others = true;
    });
    proved_.read += wanted.size();
    etags_are_other_ = etags_are_other_ || others;
  }

  const BucketRoot& root_;
  const StopRequest& stop_;
  KeysByRepository& repositories_;
  ProvedLinks proved_;
  bool etags_are_other_ = false;  // than the MD5 of what they are of
};

}  // namespace

ProvedLinks prove_links(const BucketRoot& root, const StopRequest& stop,
                        KeysByRepository& repositories) {
  return LinkProver(root, stop, repositories).run();
}

}  // namespace dregs
