#include "scanner/keys/repository_keys.h"

#include <algorithm>
#include <numeric>

#include "scanner/formats/append.h"
#include "scanner/formats/count32.h"

namespace dregs {
namespace {

constexpr std::string_view kLayerLinks = "_layers/sha256/";
constexpr std::string_view kRevisionLinks = "_manifests/revisions/sha256/";
constexpr std::string_view kTagFolders = "_manifests/tags/";
constexpr std::string_view kLinkName = "/link";
constexpr std::uint64_t kSha256LinkBytes = 71;

// "<hex>/link" as that digest.
std::optional<Digest> digest_of_link(std::string_view text) {
  if (!text.ends_with(kLinkName)) return std::nullopt;
  text.remove_suffix(kLinkName.size());
  return Digest::from_hex(text);
}

bool is_proved(const StoredObject& object, const Digest& digest) {
  return object.size == kSha256LinkBytes &&
         Md5::from_hex(object.etag) == md5_of_link(digest);
}

// A folder's keys directly behind the object of its name.
bool stands_before(const OtherKey& a, const OtherKey& b) {
  const auto rank = [](char c) {
    return c == '/' ? 0 : 1 + static_cast<int>(static_cast<unsigned char>(c));
  };
  return std::lexicographical_compare(
      a.below.begin(), a.below.end(), b.below.begin(), b.below.end(),
      [&](char x, char y) { return rank(x) < rank(y); });
}

// Sorts the tags, and makes one of those that are called the same. Returns for
// each the position that it has then.
std::vector<std::uint32_t> unite(std::vector<TagKeys>& tags) {
  std::vector<std::uint32_t> order(tags.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return tags[a].name < tags[b].name;
  });
  std::vector<TagKeys> sorted;
  sorted.reserve(tags.size());
  std::vector<std::uint32_t> position(tags.size());
  for (const std::uint32_t from : order) {
    if (sorted.empty() || sorted.back().name != tags[from].name)
      sorted.push_back(std::move(tags[from]));
    else if (tags[from].has_link)
      sorted.back() = std::move(tags[from]);
    position[from] = count32(sorted.size() - 1);
  }
  tags = std::move(sorted);
  return position;
}

}  // namespace

Md5 md5_of_link(const Digest& digest) { return md5(digest.to_string()); }

void RepositoryKeys::take(std::string_view below, const StoredObject& object) {
  if (below.starts_with("_layers/") && below.ends_with(kLinkName))
    newest_layer_ns = std::max(newest_layer_ns, object.modified_ns);
  if (!take_link(below, object) && !take_tag(below, object))
    others.push_back({std::string(below), object.size, object.modified_ns,
                      Md5::from_hex(object.etag), std::nullopt});
}

bool RepositoryKeys::take_link(std::string_view below,
                               const StoredObject& object) {
  const bool layer = below.starts_with(kLayerLinks);
  if (!layer && !below.starts_with(kRevisionLinks)) return false;
  const std::string_view name =
      below.substr(layer ? kLayerLinks.size() : kRevisionLinks.size());
  const std::optional<Digest> digest = digest_of_link(name);
  if (!digest) return false;
  if (is_proved(object, *digest))
    (layer ? layers : revisions).push_back(*digest);
  else if (layer && object.size == kSha256LinkBytes)
    unproved_layers.push_back({*digest, Md5::from_hex(object.etag)});
  else
    return false;
  return true;
}

bool RepositoryKeys::take_tag(std::string_view below,
                              const StoredObject& object) {
  constexpr std::string_view kHistoryFolder = "index/sha256/";
  if (!below.starts_with(kTagFolders)) return false;
  const std::string_view rest = below.substr(kTagFolders.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return false;
  const std::uint32_t tag = tag_called(rest.substr(0, slash));
  const std::string_view inside = rest.substr(slash + 1);
  if (inside == "current/link") {
    tags[tag].has_link = true;
    tags[tag].size = object.size;
    tags[tag].etag = Md5::from_hex(object.etag);
    return true;
  }
  if (!inside.starts_with(kHistoryFolder)) return false;
  const auto digest = digest_of_link(inside.substr(kHistoryFolder.size()));
  if (digest)
    history.push_back({tag, *digest, object.size != kSha256LinkBytes});
  return digest.has_value();
}

// Keys come in order: nearly always it is the newest.
std::uint32_t RepositoryKeys::tag_called(std::string_view name) {
  if (tags.empty() || tags.back().name != name) tags.emplace_back().name = name;
  return count32(tags.size() - 1);
}

void RepositoryKeys::merge(RepositoryKeys more) {
  const std::uint32_t first_tag = count32(tags.size());
  for (HistoryKey& entry : more.history) entry.tag += first_tag;
  append(revisions, std::move(more.revisions));
  append(layers, std::move(more.layers));
  append(unproved_layers, std::move(more.unproved_layers));
  append(tags, std::move(more.tags));
  append(history, std::move(more.history));
  append(others, std::move(more.others));
  newest_layer_ns = std::max(newest_layer_ns, more.newest_layer_ns);
  fingerprint += more.fingerprint;
}

void RepositoryKeys::sort_others() {
  std::sort(others.begin(), others.end(), stands_before);
}

void RepositoryKeys::finish() {
  std::sort(revisions.begin(), revisions.end());
  std::sort(layers.begin(), layers.end());
  std::sort(unproved_layers.begin(), unproved_layers.end());
  sort_others();
  const std::vector<std::uint32_t> position = unite(tags);
  for (HistoryKey& entry : history) entry.tag = position[entry.tag];
  std::sort(history.begin(), history.end());
}

}  // namespace dregs
