#include "gc/explain/referrers.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>

#include "scanner/formats/append.h"

namespace dregs {
namespace {

// What does not look like a manifest of this size refers to nothing.
constexpr std::size_t kLargestRead = kLargestServedManifest;

std::string type_of(const ManifestDetails& details) {
  if (!details.artifact_type.empty()) return details.artifact_type;
  return details.config ? details.config->media_type : details.media_type;
}

}  // namespace

std::vector<Referrer> find_referrers(const StoreReader& store,
                                     const Repository& repository,
                                     const Digest& subject) {
  const std::string name = subject.to_string();
  tbb::enumerable_thread_specific<std::vector<Referrer>> found;
  tbb::parallel_for(
      std::size_t{0}, repository.revisions.size(), [&](std::size_t i) {
        const Digest& digest = repository.revisions[i];
        if (digest == subject) return;
        const BlobContent content = store.read_blob(digest, kLargestRead);
        // Parsing is dear; nearly all manifests fail this.
        if (content.bytes.find(name) == std::string::npos) return;
        const ManifestDetails details = describe_manifest(content.bytes);
        if (details.subject && details.subject->digest == name)
          found.local().push_back({digest, type_of(details), ""});
      });
  std::vector<Referrer> all;
  for (std::vector<Referrer>& some : found) append(all, std::move(some));
  for (const Tag& tag : repository.tags)
    if (tag.current && tag.name.starts_with("sha256-" + subject.hex()))
      all.push_back({*tag.current, "", tag.name});
  std::sort(all.begin(), all.end(), [](const Referrer& a, const Referrer& b) {
    return std::tie(a.tag, a.digest) < std::tie(b.tag, b.digest);
  });
  return all;
}

}  // namespace dregs
