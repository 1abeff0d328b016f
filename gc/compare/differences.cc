#include "gc/compare/differences.h"

#include <tuple>

namespace dregs {
namespace {

auto key_of(const NamedTag& tag) { return std::tie(tag.repository, tag.tag); }
const NamedManifest& key_of(const NamedManifest& manifest) { return manifest; }
const Digest& key_of(const SizedBlob& blob) { return blob.digest; }

TagDifference difference(const NamedTag* a, const NamedTag* b, Where where) {
  const NamedTag& any = a != nullptr ? *a : *b;
  TagDifference result{any.repository, any.tag, where};
  if (a != nullptr) result.a = a->digest;
  if (b != nullptr) result.b = b->digest;
  return result;
}

ManifestDifference difference(const NamedManifest* a, const NamedManifest* b,
                              Where where) {
  return {a != nullptr ? *a : *b, where};
}

BlobDifference difference(const SizedBlob* a, const SizedBlob* b, Where where) {
  return {(a != nullptr ? a : b)->digest, where, a != nullptr ? a->bytes : 0,
          b != nullptr ? b->bytes : 0};
}

template <class T, class Result>
void compare(const std::vector<T>& a, const std::vector<T>& b,
             std::vector<Result>& to) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() ||
        (left != a.end() && key_of(*left) < key_of(*right))) {
      to.push_back(difference(&*left++, nullptr, Where::only_a));
    } else if (left == a.end() || key_of(*right) < key_of(*left)) {
      to.push_back(
          difference(static_cast<const T*>(nullptr), &*right++, Where::only_b));
    } else {
      if (*left != *right)
        to.push_back(difference(&*left, &*right, Where::both));
      ++left;
      ++right;
    }
  }
}

}  // namespace

Differences compare(const RegistryContent& a, const RegistryContent& b) {
  Differences result;
  result.tags_alone = a.tags_alone || b.tags_alone;
  compare(a.tags, b.tags, result.tags);
  if (result.tags_alone) return result;
  compare(a.manifests, b.manifests, result.manifests);
  compare(a.blobs, b.blobs, result.blobs);
  return result;
}

}  // namespace dregs
