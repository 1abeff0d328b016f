// RepositoryKeys is what a listing says about one repository, before anything
// is judged: nearly every link is proved by its ETag and is only its digest
// then (object-storage.md#3.2). Built by several threads as parts that are
// merged.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/md5.h"
#include "scanner/inventory/link.h"
#include "scanner/objects/object_store.h"

namespace dregs {

// A key that has to be looked at more closely.
struct OtherKey {
  std::string below;  // relative to the repository
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::optional<Md5> etag;   // where it can be an MD5
  std::optional<Link> link;  // what it holds, where it is a link that was read
};

// A layer's link of the right size whose ETag proves nothing.
struct UnprovedLayer {
  Digest digest;
  std::optional<Md5> etag;

  auto operator<=>(const UnprovedLayer&) const = default;
};

// A folder below _manifests/tags, and its current/link.
struct TagKeys {
  std::string name;
  bool has_link = false;
  std::uint64_t size = 0;  // of the link
  std::optional<Md5> etag;
  std::optional<Link> link;  // once it is known what it holds
};

// index/sha256/<hex>/link of a tag.
struct HistoryKey {
  std::uint32_t tag = 0;  // position among the tags
  Digest digest;
  bool odd_size = false;

  auto operator<=>(const HistoryKey&) const = default;
};

// What the digest's text has for an MD5: the ETag of a link that holds it.
Md5 md5_of_link(const Digest& digest);

struct RepositoryKeys {
  std::vector<Digest> revisions;  // proved links
  std::vector<Digest> layers;     // the same
  std::vector<UnprovedLayer> unproved_layers;
  std::vector<TagKeys> tags;
  std::vector<HistoryKey> history;
  // Sorted so that what is in a folder follows the object of its name: "a",
  // "a/b", "a-b".
  std::vector<OtherKey> others;
  std::int64_t newest_layer_ns = 0;  // of links below _layers
  std::uint64_t fingerprint = 0;     // see bucket_stamps.h
  bool emptied = false;              // this run removed all of its revisions

  // `below` is the object's key, relative to the repository.
  void take(std::string_view below, const StoredObject& object);
  void merge(RepositoryKeys more);
  void sort_others();
  // Sorts all, and makes one tag of what several parts said about it.
  void finish();

 private:
  bool take_link(std::string_view below, const StoredObject& object);
  bool take_tag(std::string_view below, const StoredObject& object);
  std::uint32_t tag_called(std::string_view name);
};

}  // namespace dregs
